"""Maps the types of PostgreSQL to column types, and their values to plain Python values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import DataError
from psycopg.types.datetime import (
    DateLoader,
    TimeLoader,
    TimestampLoader,
    TimestamptzLoader,
    TimetzLoader,
)
from psycopg.types.string import TextLoader

from proto_ddf.sources.schema.model import ColumnType

_BY_NAME = {
    "bool": ColumnType.BOOLEAN,
    "int2": ColumnType.INTEGER,
    "int4": ColumnType.INTEGER,
    "int8": ColumnType.INTEGER,
    "oid": ColumnType.INTEGER,
    "numeric": ColumnType.DECIMAL,
    "float4": ColumnType.FLOAT,
    "float8": ColumnType.FLOAT,
    "date": ColumnType.DATE,
    "timestamp": ColumnType.DATETIME,
    "timestamptz": ColumnType.DATETIME,
    "time": ColumnType.TIME,
    "timetz": ColumnType.TIME,
    "json": ColumnType.JSON,
    "jsonb": ColumnType.JSON,
    "bytea": ColumnType.BINARY,
}
_ARRAY = "A"
"""typcategory of arrays. Values are lists if psycopg knows the element type, else text."""
_SORTABLE_TEXTS = frozenset(
    [
        "text",
        "varchar",
        "bpchar",
        "name",
        "citext",
        "uuid",
        "inet",
        "cidr",
        "macaddr",
        "interval",
        "money",
        "bit",
        "varbit",
        "char",
    ]
)
_WITH_LENGTH = frozenset({"varchar", "bpchar"})
_HEADER = 4
"""Bytes that a type modifier adds to a length or precision (VARHDRSZ)."""

_AS_TEXT = (
    "json",
    "jsonb",
    "interval",
    "inet",
    "cidr",
    "uuid",
    "int4range",
    "int8range",
    "numrange",
    "daterange",
    "tsrange",
    "tstzrange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "datemultirange",
    "tsmultirange",
    "tstzmultirange",
)
"""Types whose values are shown as the server writes them. Types unknown to psycopg are text anyway."""


@dataclass(frozen=True)
class Declared:
    """A column's type in the catalogue, with its domains resolved."""

    name: str
    category: str
    modifier: int
    required: bool
    """A domain forbids NULL."""
    choices: tuple[str, ...]
    """The values of an enum."""


@dataclass(frozen=True)
class DeclaredType:
    """The column type and limits that a declared type stands for."""

    type: ColumnType
    required: bool
    sortable: bool
    choices: tuple[str, ...] = ()
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None


def parse_declared(declared: Declared) -> DeclaredType:
    """Interprets a declared type."""
    name, modifier = declared.name, declared.modifier - _HEADER
    if declared.category == _ARRAY and psycopg.adapters.types.get(name.removeprefix("_")):
        return DeclaredType(ColumnType.JSON, declared.required, sortable=False)
    found = _BY_NAME.get(name, ColumnType.TEXT)
    known = name in _BY_NAME and name != "json"
    precise = found is ColumnType.DECIMAL and modifier >= 0
    return DeclaredType(
        found,
        declared.required,
        sortable=known or bool(declared.choices) or name in _SORTABLE_TEXTS,
        choices=declared.choices,
        max_length=modifier if name in _WITH_LENGTH and modifier >= 0 else None,
        precision=modifier >> 16 & 0xFFFF if precise else None,
        scale=_scale(modifier) if precise else None,
    )


def _scale(modifier: int) -> int:
    """Scale of numeric: eleven bits with a sign (numeric.c, make_numeric_typmod)."""
    return (modifier & 0x7FF ^ 0x400) - 0x400


def adapt(connection: Any) -> None:
    """Make a psycopg connection return plain values: text where Python has no value, such as for infinite dates and
    dates before the year 1."""
    for name in _AS_TEXT:
        connection.adapters.register_loader(name, TextLoader)
    for name, loader in _LENIENT.items():
        connection.adapters.register_loader(name, loader)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _lenient(base: type[Any], convert: Callable[[Any], Any] | None = None) -> type[Any]:
    class Lenient(base):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            try:
                value = super().load(data)
                return convert(value) if convert else value
            except (DataError, OverflowError):
                return bytes(data).decode()

    return Lenient


_LENIENT = {
    "date": _lenient(DateLoader),
    "time": _lenient(TimeLoader),
    "timetz": _lenient(TimetzLoader),
    "timestamp": _lenient(TimestampLoader),
    "timestamptz": _lenient(TimestamptzLoader, _utc),
}
