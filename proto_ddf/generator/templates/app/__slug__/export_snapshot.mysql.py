"""The rows of an export as MySQL or MariaDB has them at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from .column_types import NUMERIC, TEMPORAL, Float
from .database import engine

MOST_SECONDS = 3_600
"""How long the server may take for all rows."""


def exact(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a column to get its values as they are stored: numbers, texts, bytes; dates and times as the
    texts that the server writes."""
    if isinstance(column.type, TEMPORAL):
        return sa.cast(column, sa.CHAR())
    if isinstance(column.type, Float):
        return column
    raw = sa.type_coerce(column, sa.types.NullType())
    return raw.op("+")(sa.literal_column("0")) if isinstance(column.type, NUMERIC) else raw


@contextmanager
def snapshot() -> Iterator[sa.Connection]:
    """A connection that sees the data of one moment. It is not used again: it has a time limit of its own, and may have
    rows that were not read."""
    with engine().execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        try:
            server: Any = connection.connection.driver_connection
            limit = f"max_execution_time = {MOST_SECONDS * 1_000}"
            if "MariaDB" in server.get_server_info():
                limit = f"max_statement_time = {MOST_SECONDS}"
            connection.exec_driver_sql(f"SET SESSION {limit}")
            yield connection
        finally:
            connection.invalidate()
