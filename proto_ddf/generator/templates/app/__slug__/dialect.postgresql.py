"""SQL that differs between databases, for PostgreSQL: text, comparison, order and cursors."""

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
"""Columns that identify rows without a key."""

WHOLE_NUMBERS = range(-(2**63), 2**63)
"""The range of bigint."""
NON_FINITE_NUMBERS = frozenset({"nan", "infinity", "-infinity", "inf", "-inf"})
"""Values of numeric, real and double precision columns that are not finite numbers."""
BOOLEANS_ARE_NUMBERS = False
"""A boolean is true or false."""
UNREPRESENTABLE_TIMES = re.compile(
    r"-?infinity|24:00:00([+-]\d\d(:\d\d){0,2})?"
    r"|\d{4,}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d){0,2})?)? BC"
    r"|\d{5,}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d){0,2})?)?"
)
"""Dates and times that Python cannot represent, as the server writes them."""

START = 16
"""Bytes that tell what kind of picture it is."""
_COMPARED_AS_TEXT = {"", "character", "char", "bpchar", "citext", "name", "varchar"}
_ORDERED = {
    *("", "text", "varchar", "character varying", "character", "char", "bpchar", "citext", "name"),
    *("smallint", "integer", "bigint", "numeric", "real", "double precision", "money", "boolean"),
    *("date", "time", "time without time zone", "time with time zone", "timestamp", "interval"),
    *("timestamp without time zone", "timestamp with time zone", "uuid", "bytea", "jsonb"),
    *("bit", "bit varying", "inet", "cidr", "macaddr", "macaddr8", "int4range", "int8range"),
    *("numrange", "daterange", "tsrange", "tstzrange"),
}
"""Types that `>` can compare, also as arrays. All others are sorted as texts: some have no order, such as json and
point, some have no such operator, such as hstore, and for types that a person defined it is not known."""


def as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The value as PostgreSQL writes it."""
    return sa.cast(column, sa.Text())


def start_of(column: sa.ColumnElement[Any], length: int) -> sa.ColumnElement[str]:
    """The first characters of the value as text."""
    return sa.func.substr(as_text(column), 1, length)


def can_hold(text: str) -> bool:
    """Whether a text column can hold the text: it has no unpaired surrogates and no NUL."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def shown_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of binary data for display: its size in bytes."""
    return sa.func.length(column)


def start_of_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a picture for display: its first bytes in hexadecimal digits, a colon, and its size."""
    start = sa.func.encode(sa.func.substr(column, 1, START), "hex", type_=sa.Text())
    return start.concat(":").concat(sa.cast(sa.func.length(column), sa.Text()))


def contains(column: sa.ColumnElement[Any], words: str) -> sa.ColumnElement[bool]:
    """Whether the value contains the words, ignoring case."""
    return as_text(column).icontains(words, autoescape=True)


def equals(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this value. A text that is not valid for the column's type gives false instead of an
    error."""
    type_name = column.type.type_name if isinstance(column.type, Text) else ""
    if type_name in _COMPARED_AS_TEXT or not isinstance(value, str):
        return sa.and_(column == value)
    if type_name == "uuid":
        return sa.and_(column == value) if _is_uuid(value) else sa.false()
    return as_text(column) == value


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def has_value(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this value in any of the ways to store it; here there is only one."""
    return equals(column, value)


def sort_key(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression to sort by: if possible the column itself, so that its index can be used."""
    if not isinstance(column.type, Text) or isinstance(column.type, Enum):
        return column
    return column if column.type.type_name.removesuffix("[]") in _ORDERED else as_text(column)


def key_order(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression to sort equal rows by; it distinguishes all keys."""
    return sort_key(column)


def is_empty(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether nothing is stored. For a composite value, IS NULL would test whether all its parts are null."""
    type_name = column.type.type_name if isinstance(column.type, Text) else ""
    return (as_text(column) if type_name else column).is_(None)


def cursor_value(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a row for a cursor: text, which keeps every value exactly."""
    return sa.cast(column, sa.Text())


def is_cursor_value(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this cursor value."""
    return column == _bound(value)


def after_cursor(
    columns: Sequence[sa.ColumnElement[Any]], ascending: bool
) -> sa.ColumnElement[bool]:
    """The rows after a cursor, in the order of the columns. The cursor's values are the parameters cursor_0, cursor_1
    ..."""
    values = [sa.bindparam(f"cursor_{number}", type_=Text()) for number in range(len(columns))]
    if len(columns) == 1:
        column = columns[0]
        return column > values[0] if ascending else column < values[0]
    left, right = sa.tuple_(*columns), sa.tuple_(*values)
    return left > right if ascending else left < right


def engine_without_rollback(connection: sa.Connection, table: sa.Table) -> str:
    """The table's storage engine if it does not support rollback; here all of them do."""
    return ""


def _bound(value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, Text())
