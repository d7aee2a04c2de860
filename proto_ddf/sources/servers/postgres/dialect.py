"""The dialect of PostgreSQL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from proto_ddf.sources.preview import like_pattern
from proto_ddf.sources.servers.dialect import ServerDialect
from proto_ddf.sources.servers.postgres.catalogue import read_catalogue
from proto_ddf.sources.servers.postgres.types import adapt


def _as_text(column: str) -> str:
    return f'CAST({column} AS text) COLLATE "default"'


def _contains(column: str) -> str:
    return f"({_as_text(column)}) ILIKE %s"


@contextmanager
def _limited(
    connection: sa.Connection, query: str, seconds: float
) -> Iterator[sa.CursorResult[Any]]:
    connection.exec_driver_sql("BEGIN")
    try:
        milliseconds = str(max(1, int(seconds * 1000)))
        connection.exec_driver_sql(
            "SELECT set_config('statement_timeout', %s, true)", (milliseconds,)
        )
        yield connection.exec_driver_sql(query)
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql("ROLLBACK")


def _planned_rows(connection: sa.Connection, query: str) -> int | None:
    [explained] = json.loads(
        connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {query}").scalar_one()
    )
    return int(explained["Plan"]["Plan Rows"])


def _abandon(connection: sa.Connection, result: sa.CursorResult[Any]) -> None:
    if not connection.invalidated:
        connection.invalidate()


DIALECT = ServerDialect(
    has_namespaces=True,
    adapt=adapt,
    read_catalogue=read_catalogue,
    converter=lambda column: None,
    contains=_contains,
    to_parameter=like_pattern,
    as_text=_as_text,
    nulls_first="DESC",
    limited=_limited,
    unlimited=lambda connection, query: query,  # each FETCH is a statement of its own
    # Cursors live in transactions (PostgreSQL docs, DECLARE); this one sees one state of the table.
    stream_options={"stream_results": True, "isolation_level": "REPEATABLE READ"},
    abandon=_abandon,
    engine_options={"use_native_hstore": False},  # only the first connection would get to know it
    planned_rows=_planned_rows,
)
