"""What PostgreSQL writes in its own way: text, order, and places in an order."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from .column_types import Enum, Text

ROW_ID: tuple[sa.ColumnElement[Any], ...] = (
    sa.literal_column("tableoid"),
    sa.literal_column("ctid"),
)
"""What tells the rows of a table without a key apart."""

WHOLE_NUMBERS = range(-(2**63), 2**63)
"""Those that a column can hold: bigint."""
ENDLESS_NUMBERS = frozenset({"nan", "infinity", "-infinity", "inf", "-inf"})
"""What a numeric, real or double precision column holds beside numbers."""
FLAGS_ARE_NUMBERS = False
"""A boolean is true or false."""
MOMENTS = re.compile(
    r"-?infinity|24:00:00([+-]\d\d(:\d\d){0,2})?"
    r"|\d{4,}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d){0,2})?)? BC"
    r"|\d{5,}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d){0,2})?)?"
)
"""Dates and times that Python has no value for, as the server writes them."""

_COMPARED_AS_TEXT = {"", "character", "char", "bpchar", "citext", "name", "varchar"}
_ORDERED = {
    *("", "text", "varchar", "character varying", "character", "char", "bpchar", "citext", "name"),
    *("smallint", "integer", "bigint", "numeric", "real", "double precision", "money", "boolean"),
    *("date", "time", "time without time zone", "time with time zone", "timestamp", "interval"),
    *("timestamp without time zone", "timestamp with time zone", "uuid", "bytea", "jsonb"),
    *("bit", "bit varying", "inet", "cidr", "macaddr", "macaddr8", "int4range", "int8range"),
    *("numrange", "daterange", "tsrange", "tstzrange"),
}
"""Types that `>` compares, and arrays of which it does. Others are ordered as texts: some have no order, as json and
point, some no such operator, as hstore, and of those that an owner made it is not known."""


def as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The value as PostgreSQL writes it."""
    return sa.cast(column, sa.Text())


def start_of(column: sa.ColumnElement[Any], length: int) -> sa.ColumnElement[str]:
    """The first characters of the value as text."""
    return sa.func.substr(as_text(column), 1, length)


def can_hold(text: str) -> bool:
    """A text column can hold the text: it is whole Unicode, without the character 0."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def shown_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is read of binary data in order to show it: how many bytes there are."""
    return sa.func.length(column)


def contains(column: sa.ColumnElement[Any], words: str) -> sa.ColumnElement[bool]:
    """The words are somewhere in the value, in capitals or not."""
    return as_text(column).icontains(words, autoescape=True)


def equals(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The value of the column is this one. A text that is no value of its type is none, and no error."""
    own = column.type.own if isinstance(column.type, Text) else ""
    if own in _COMPARED_AS_TEXT or not isinstance(value, str):
        return sa.and_(column == value)
    if own == "uuid":
        return sa.and_(column == value) if _is_uuid(value) else sa.false()
    return as_text(column) == value


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def means(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The value of the column is this one, in whichever way it is stored: here there is one way."""
    return equals(column, value)


def sort_key(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What rows are ordered by: the column itself where it can be, so that its index can be used."""
    if not isinstance(column.type, Text) or isinstance(column.type, Enum):
        return column
    return column if column.type.own.removesuffix("[]") in _ORDERED else as_text(column)


def key_order(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What rows are ordered by that are equal otherwise: it tells keys apart."""
    return sort_key(column)


def is_empty(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Nothing is stored. Of a composite value IS NULL would ask whether all its parts are."""
    own = column.type.own if isinstance(column.type, Text) else ""
    return (as_text(column) if own else column).is_(None)


def place(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is read of a row to find its place in the order again: text, which keeps every value exactly."""
    return sa.cast(column, sa.Text())


def at(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The rows at this place."""
    return column == _bound(value)


def beyond(columns: Sequence[sa.ColumnElement[Any]], rising: bool) -> sa.ColumnElement[bool]:
    """The rows behind a place, in the order of the columns; its values are the parameters place_0, place_1 ..."""
    values = [sa.bindparam(f"place_{number}", type_=Text()) for number in range(len(columns))]
    if len(columns) == 1:
        column = columns[0]
        return column > values[0] if rising else column < values[0]
    left, right = sa.tuple_(*columns), sa.tuple_(*values)
    return left > right if rising else left < right


def engine_without_rollback(connection: sa.Connection, table: sa.Table) -> str:
    """The storage engine of the table where that cannot take changes back: here none is like that."""
    return ""


def _bound(value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, Text())
