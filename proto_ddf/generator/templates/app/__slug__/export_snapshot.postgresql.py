"""The rows of an export as PostgreSQL has them at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from .column_types import Float
from .database import engine

_AS_THEY_ARE = (sa.Integer, sa.Numeric, Float, sa.Boolean, sa.LargeBinary)


def exact(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a column to get its values as they are stored: numbers, yes and no, bytes; all others as the
    texts that the server writes."""
    if isinstance(column.type, _AS_THEY_ARE):
        return sa.type_coerce(column, sa.types.NullType())
    return sa.cast(column, sa.Text())


@contextmanager
def snapshot() -> Iterator[sa.Connection]:
    """A connection that sees the data of one moment. The server's time limit is for each part of the rows."""
    with engine().execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        yield connection
