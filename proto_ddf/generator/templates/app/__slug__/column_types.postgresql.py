"""Column types for PostgreSQL.

Bound values have no declared type, so PostgreSQL reads them as values of the column's type, and can use the column's
index.
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
    """Text, and all types that are read and written as text here: uuid, json, enums, arrays, inet ..."""

    cache_ok = True

    def __init__(self, type_name: str = "") -> None:
        """`type_name` is PostgreSQL's name of the type, if it is not text."""
        self.type_name = type_name

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The expression to select instead of the column."""
        return sa.cast(column, sa.Text()) if self.type_name else column


class Enum(Text):
    """An enum; its values sort in the order of their declaration."""

    cache_ok = True


class Float(_Untyped):
    """A real or a double precision. It is sent as text, so that 0.1 is compared with a real as a real."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return lambda value: repr(value) if isinstance(value, float) else value


class DateOrTime(_Untyped):
    """A date, a time, or both, with a time zone if the column has one. A value that Python cannot represent is a text:
    "infinity", "24:00:00", "0044-03-15 BC"."""

    cache_ok = True
