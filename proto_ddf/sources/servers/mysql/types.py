"""Maps the types of MySQL and MariaDB to column types, and their values to plain Python values."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from proto_ddf.sources.schema.model import ColumnInfo, ColumnType

_BY_NAME = {
    "tinyint": ColumnType.INTEGER,
    "smallint": ColumnType.INTEGER,
    "mediumint": ColumnType.INTEGER,
    "int": ColumnType.INTEGER,
    "bigint": ColumnType.INTEGER,
    "year": ColumnType.INTEGER,
    "bit": ColumnType.INTEGER,
    "decimal": ColumnType.DECIMAL,
    "float": ColumnType.FLOAT,
    "double": ColumnType.FLOAT,
    "date": ColumnType.DATE,
    "datetime": ColumnType.DATETIME,
    "timestamp": ColumnType.DATETIME,
    "time": ColumnType.TIME,
    "json": ColumnType.JSON,
    **dict.fromkeys(
        [
            "binary",
            "varbinary",
            "tinyblob",
            "blob",
            "mediumblob",
            "longblob",
            "vector",
            "geometry",
            "point",
            "linestring",
            "polygon",
            "multipoint",
            "multilinestring",
            "multipolygon",
            "geometrycollection",
            "geomcollection",
        ],
        ColumnType.BINARY,
    ),
}
_BOOLEANS = frozenset({"tinyint(1)", "bit(1)"})
_WITH_LENGTH = frozenset({"char", "varchar"})
_STRING = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
_ESCAPED = re.compile(r"''|\\(.)", re.DOTALL)
_ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
"""MySQL reference manual, 9.1.1. Any other character after a backslash stands for itself."""


@dataclass(frozen=True)
class DeclaredType:
    """The column type and limits that a declared type stands for."""

    type: ColumnType
    choices: tuple[str, ...] | None = None
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    minimum: float | None = None


def parse_declared(
    name: str, declared: str, length: int | None, precision: int | None, scale: int | None
) -> DeclaredType:
    """Interprets a type: `name` is its name alone ("enum"), `declared` its full text ("enum('a','b')")."""
    found = _BY_NAME.get(name, ColumnType.TEXT)
    if declared.removesuffix(" unsigned") in _BOOLEANS:
        found = ColumnType.BOOLEAN
    decimal = found is ColumnType.DECIMAL
    return DeclaredType(
        found,
        choices=_choices(declared) if name == "enum" else None,
        max_length=length if name in _WITH_LENGTH else None,
        precision=precision if decimal else None,
        scale=scale if decimal else None,
        minimum=0 if "unsigned" in declared and found is not ColumnType.BOOLEAN else None,
    )


def _choices(declared: str) -> tuple[str, ...]:
    return tuple(map(_unescaped, _STRING.findall(declared)))


def plain_strings(clause: str) -> str:
    """SQL with its strings in standard form: quotes doubled, no escapes."""
    return _STRING.sub(lambda found: "'" + _unescaped(found[1]).replace("'", "''") + "'", clause)


def _unescaped(inner: str) -> str:
    """The value of the inside of an SQL string."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]) if found[1] else "'", inner)


def converter(column: ColumnInfo) -> Callable[[Any], Any] | None:
    """The function that converts a value from pymysql to the column's type; None: no conversion is needed. A value that
    does not fit, such as a time of more than a day, becomes text."""
    if column.db_type.startswith("bit("):
        return _bit if column.type is ColumnType.INTEGER else _flag
    return {ColumnType.BOOLEAN: _flag, ColumnType.TIME: _time}.get(column.type)


def _bit(value: Any) -> Any:
    return int.from_bytes(value, "big") if isinstance(value, bytes) else value


def _flag(value: Any) -> Any:
    value = _bit(value)
    return bool(value) if value in (0, 1) else value


def _time(value: Any) -> Any:
    if not isinstance(value, timedelta):
        return value
    if timedelta(0) <= value < timedelta(days=1):
        return (datetime.min + value).time()
    seconds, sign = abs(value), "-" if value < timedelta(0) else ""
    minutes, rest = divmod(seconds, timedelta(minutes=1))
    fraction = f".{rest.microseconds:06}" if rest.microseconds else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{rest.seconds:02}{fraction}"
