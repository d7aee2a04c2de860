"""Column types for PostgreSQL.

A bound value gets no type of its own: PostgreSQL takes it for one of the column's, whatever that is, and can use
the column's index.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import UserDefinedType


class _Untyped(UserDefinedType[Any]):
    def get_col_spec(self, **_: Any) -> str:
        return "TEXT"


class Text(_Untyped):
    """Text, and each type that is read and written as text here: uuid, json, enums, arrays, inet ..."""

    cache_ok = True

    def __init__(self, own: str = "") -> None:
        """`own` is PostgreSQL's name of the type, where that is not text."""
        self.own = own

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """What is selected instead of the column."""
        return sa.cast(column, sa.Text()) if self.own else column


class Enum(Text):
    """An enum, whose values have the order they were declared in."""

    cache_ok = True


class Float(_Untyped):
    """A real or a double: written as text, so that 0.1 is compared with a real as a real."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return lambda value: repr(value) if isinstance(value, float) else value


class Moment(_Untyped):
    """A date, a time, or both, with a time zone where the column has one. What Python has no value for is a text:
    "infinity", "24:00:00", "0044-03-15 BC"."""

    cache_ok = True
