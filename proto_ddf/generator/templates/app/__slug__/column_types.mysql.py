"""Column types for MySQL and MariaDB, for values that the driver does not return as people expect them."""

import struct
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import UserDefinedType

Convert = Callable[[Any], Any]


class Text(sa.Text):
    """Text, and all types that are read and written as text here: enum, set, json, uuid ..."""

    cache_ok = True

    def __init__(self, type_name: str = "") -> None:
        """`type_name` is the server's name of the type, if it is not text."""
        super().__init__()
        self.type_name = type_name


class Boolean(UserDefinedType[Any]):
    """A tinyint or a bit that is used for true and false."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BOOL"

    def bind_processor(self, dialect: Dialect) -> Convert:
        return lambda value: int(value) if isinstance(value, bool) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        return _as_boolean


class Float(UserDefinedType[Any]):
    """A number of four bytes. The server compares it as one of eight bytes: 0.1 is found as 0.10000000149011612."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "FLOAT"

    def bind_processor(self, dialect: Dialect) -> Convert:
        return _rounded

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The expression to select instead of the column, which the server would write with six digits: 16777216 as
        16777200."""
        exact = sa.type_coerce(column, sa.types.NullType()).op("+")(sa.literal_column("0e0"))
        return sa.type_coerce(exact, self)

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        return _shortest


class Bits(UserDefinedType[Any]):
    """A bit field as a number."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BIT"

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        return _as_number


class Time(UserDefinedType[Any]):
    """A time of day. A duration of up to 838 hours is also possible and stays a text: "-25:00:00"."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "TIME"

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        return _as_time


TEMPORAL = (sa.Date, sa.DateTime, Time)
NUMERIC = (Float, Bits, Boolean)
"""Types that are compared as other numbers than they are read as."""


def _rounded(value: Any) -> Any:
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except (struct.error, OverflowError):
        return value


def _shortest(value: Any) -> Any:
    """The shortest number with the same value in four bytes. Nine digits distinguish all of them."""
    if not isinstance(value, float):
        return value
    written = (float(f"{value:.{digits}g}") for digits in range(6, 10))
    return next((each for each in written if _rounded(each) == _rounded(value)), value)


def _as_number(value: Any) -> Any:
    return int.from_bytes(value, "big") if isinstance(value, bytes) else value


def _as_boolean(value: Any) -> Any:
    number = _as_number(value)
    return bool(number) if number in (0, 1) else number


def _as_time(value: Any) -> Any:
    if not isinstance(value, timedelta):
        return value
    if timedelta() <= value < timedelta(days=1):
        return (datetime.combine(date.min, time()) + value).time()
    sign, length = ("-", -value) if value < timedelta() else ("", value)
    minutes, seconds = divmod(length.days * 86_400 + length.seconds, 60)
    fraction = f".{length.microseconds:06}" if length.microseconds else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{fraction}"
