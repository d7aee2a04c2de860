"""What MySQL and MariaDB write in their own way: text, order, and places in an order."""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .column_types import NUMERIC, TEMPORAL, Float, Text

ROW_ID: tuple[sa.ColumnElement[Any], ...] = ()
"""Nothing tells the rows of a table without a key apart: they are paged by position."""

WHOLE_NUMBERS = range(-(2**63), 2**64)
"""Those that a column can hold: BIGINT, and BIGINT UNSIGNED."""
ENDLESS_NUMBERS: frozenset[str] = frozenset()
"""No column holds NaN or infinity."""
FLAGS_ARE_NUMBERS = True
"""A boolean is a TINYINT, which may hold 5."""
MOMENTS = re.compile(
    r"\d{4}-(00-\d\d|\d\d-00)( \d\d:\d\d:\d\d(\.\d+)?)?|(-\d\d|\d{3}|2[4-9]|[3-9]\d)\d*:\d\d:\d\d(\.\d+)?"
)
"""Dates and times that Python has no value for, as the server writes them: 0000-00-00, 26:03:04, -00:00:01."""

_ORDERED_AS_TEXT = {"enum", "set", "json"}
"""Types that are compared with a text in another order than they are sorted in."""


def as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The value as the server writes it."""
    is_text = isinstance(column.type, Text) and not column.type.own
    return column if is_text else sa.cast(column, sa.CHAR())


def start_of(column: sa.ColumnElement[Any], length: int) -> sa.ColumnElement[str]:
    """The first characters of the value as text."""
    return sa.func.substr(as_text(column), 1, length)


def can_hold(text: str) -> bool:
    """A text column can hold the text: it is whole Unicode."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def shown_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is read of binary data in order to show it: how many bytes there are."""
    return sa.func.length(column)


def contains(column: sa.ColumnElement[Any], words: str) -> sa.ColumnElement[bool]:
    """The words are somewhere in the value, in capitals or not. They may have letters that its character set lacks."""
    text = as_text(column) if words.isascii() else sa.cast(column, sa.CHAR())
    return text.icontains(words, autoescape=True)


def equals(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The value of the column is this one."""
    return sa.and_(column == value)


def means(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The value of the column is this one, in whichever way it is stored: here there is one way."""
    return equals(column, value)


def sort_key(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What rows are ordered by: the column itself where it can be, so that its index can be used."""
    own = column.type.own if isinstance(column.type, Text) else ""
    return as_text(column) if own in _ORDERED_AS_TEXT else column


def key_order(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What rows are ordered by that are equal otherwise: it tells keys apart."""
    return sort_key(column)


def is_empty(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Nothing is stored."""
    return column.is_(None)


def place(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is read of a row to find its place in the order again, exactly."""
    if isinstance(column.type, TEMPORAL):
        return sa.cast(column, sa.CHAR())
    if isinstance(column.type, NUMERIC):
        number = "0e0" if isinstance(column.type, Float) else "0"
        return sa.type_coerce(column, sa.types.NullType()).op("+")(sa.literal_column(number))
    return column


def at(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The rows at this place."""
    return column == _bound(value)


def beyond(
    columns: Sequence[sa.ColumnElement[Any]], rising: bool, first: int = 0
) -> sa.ColumnElement[bool]:
    """The rows behind a place, in the order of the columns; its values are the parameters place_0, place_1 ...

    Written out: the server uses no index for a comparison of rows, (a, b) > (x, y).
    """
    column, value = columns[0], _parameter(first)
    past = column > value if rising else column < value
    if len(columns) == 1:
        return past
    return sa.or_(past, sa.and_(column == value, beyond(columns[1:], rising, first + 1)))


def engine_without_rollback(connection: sa.Connection, table: sa.Table) -> str:
    """The storage engine of the table where that cannot take changes back, as MyISAM, Aria and MEMORY; else empty."""
    asked = sa.text(
        "SELECT kept.ENGINE FROM information_schema.TABLES kept "
        "LEFT JOIN information_schema.ENGINES known ON known.ENGINE = kept.ENGINE "
        "WHERE kept.TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND kept.TABLE_NAME = :name "
        "AND kept.TABLE_TYPE <> 'VIEW' AND COALESCE(known.TRANSACTIONS, 'NO') <> 'YES'"
    )
    found = connection.execute(asked, {"schema": table.schema, "name": table.name}).scalar()
    return str(found or "")


def _parameter(number: int) -> sa.ColumnElement[Any]:
    return sa.bindparam(f"place_{number}", type_=sa.types.NullType())


def _bound(value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, sa.types.NullType())
