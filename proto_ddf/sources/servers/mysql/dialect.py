"""The dialect of MySQL and MariaDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from proto_ddf.sources.servers.dialect import ServerDialect
from proto_ddf.sources.servers.mysql.catalogue import read_catalogue
from proto_ddf.sources.servers.mysql.types import converter


def _as_text(column: str) -> str:
    return f"CONVERT({column} USING utf8mb4) COLLATE utf8mb4_general_ci"


def _contains(column: str) -> str:
    return f"LOCATE(%s, {_as_text(column)}) > 0"


@contextmanager
def _limited(
    connection: sa.Connection, query: str, seconds: float
) -> Iterator[sa.CursorResult[Any]]:
    yield connection.exec_driver_sql(_with_limit(connection, query, seconds))


def _unlimited(connection: sa.Connection, query: str) -> str:
    return _with_limit(connection, query, 0)


def _with_limit(connection: sa.Connection, query: str, seconds: float) -> str:
    if getattr(connection.dialect, "is_mariadb", False):
        return f"SET STATEMENT max_statement_time = {seconds:.3f} FOR {query}"
    return query.replace("SELECT", f"SELECT /*+ MAX_EXECUTION_TIME({int(seconds * 1000)}) */", 1)


def _abandon(connection: sa.Connection, result: sa.CursorResult[Any]) -> None:
    # PyMySQL would read all other rows first, at the latest when the result is collected as garbage.
    cursor: Any = result.cursor
    if cursor is not None and cursor._result is not None:
        cursor._result.unbuffered_active = False
    if not connection.invalidated:
        connection.invalidate()


DIALECT = ServerDialect(
    has_namespaces=False,
    adapt=lambda connection: None,
    read_catalogue=read_catalogue,
    converter=converter,
    contains=_contains,
    to_parameter=lambda text: text,
    as_text=_as_text,
    nulls_first="ASC",
    limited=_limited,
    unlimited=_unlimited,
    stream_options={"stream_results": True},
    abandon=_abandon,
    engine_options={},
    planned_rows=lambda connection, query: None,
)
