"""SQL that differs between databases, for MySQL and MariaDB: text, comparison, order and cursors."""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from .column_types import NUMERIC, TEMPORAL, Float, Text

ROW_ID: tuple[sa.ColumnElement[Any], ...] = ()
"""Columns that identify rows without a key. There are none here, so tables without a key are paged by offset."""

WHOLE_NUMBERS = range(-(2**63), 2**64)
"""The range of BIGINT and BIGINT UNSIGNED."""
NON_FINITE_NUMBERS: frozenset[str] = frozenset()
"""No column can hold NaN or infinity."""
BOOLEANS_ARE_NUMBERS = True
"""A boolean is a TINYINT, which may also hold other numbers, such as 5."""
START = 16
"""Bytes that tell what kind of picture it is."""
UNREPRESENTABLE_TIMES = re.compile(
    r"\d{4}-(00-\d\d|\d\d-00)( \d\d:\d\d:\d\d(\.\d+)?)?|(-\d\d|\d{3}|2[4-9]|[3-9]\d)\d*:\d\d:\d\d(\.\d+)?"
)
"""Dates and times that Python cannot represent, as the server writes them: 0000-00-00, 26:03:04, -00:00:01."""

_ORDERED_AS_TEXT = {"enum", "set", "json"}
"""Types whose order differs from that of a comparison with a text."""


def as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The value as the server writes it."""
    is_text = isinstance(column.type, Text) and not column.type.type_name
    return column if is_text else sa.cast(column, sa.CHAR())


def start_of(column: sa.ColumnElement[Any], length: int) -> sa.ColumnElement[str]:
    """The first characters of the value as text."""
    return sa.func.substr(as_text(column), 1, length)


def can_hold(text: str) -> bool:
    """Whether a text column can hold the text: it has no unpaired surrogates."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def shown_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of binary data for display: its size in bytes."""
    return sa.func.length(column)


def start_of_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a picture for display: its first bytes in hexadecimal digits, a colon, and its size."""
    start = sa.func.hex(sa.func.substr(column, 1, START))
    return sa.func.concat(start, ":", sa.func.length(column), type_=sa.String())


def contains(column: sa.ColumnElement[Any], words: str) -> sa.ColumnElement[bool]:
    """Whether the value contains the words, ignoring case. The words may have letters that the column's character set
    lacks."""
    text = as_text(column) if words.isascii() else sa.cast(column, sa.CHAR())
    return text.icontains(words, autoescape=True)


def equals(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this value."""
    return sa.and_(column == value)


def has_value(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this value in any of the ways to store it; here there is only one."""
    return equals(column, value)


def sort_key(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression to sort by: if possible the column itself, so that its index can be used."""
    type_name = column.type.type_name if isinstance(column.type, Text) else ""
    return as_text(column) if type_name in _ORDERED_AS_TEXT else column


def key_order(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression to sort equal rows by; it distinguishes all keys."""
    return sort_key(column)


def is_empty(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether nothing is stored."""
    return column.is_(None)


def cursor_value(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a row for a cursor, which must give the exact value."""
    if isinstance(column.type, TEMPORAL):
        return sa.cast(column, sa.CHAR())
    if isinstance(column.type, NUMERIC):
        number = "0e0" if isinstance(column.type, Float) else "0"
        return sa.type_coerce(column, sa.types.NullType()).op("+")(sa.literal_column(number))
    return column


def is_cursor_value(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this cursor value."""
    return column == _bound(value)


def after_cursor(
    columns: Sequence[sa.ColumnElement[Any]], ascending: bool, first: int = 0
) -> sa.ColumnElement[bool]:
    """The rows after a cursor, in the order of the columns. The cursor's values are the parameters cursor_0, cursor_1
    ...

    Written without row comparison, (a, b) > (x, y), because the server would not use an index for it.
    """
    column, value = columns[0], _parameter(first)
    past = column > value if ascending else column < value
    if len(columns) == 1:
        return past
    return sa.or_(past, sa.and_(column == value, after_cursor(columns[1:], ascending, first + 1)))


def engine_without_rollback(connection: sa.Connection, table: sa.Table) -> str:
    """The table's storage engine if it does not support rollback, such as MyISAM, Aria and MEMORY; otherwise empty."""
    asked = sa.text(
        "SELECT kept.ENGINE FROM information_schema.TABLES kept "
        "LEFT JOIN information_schema.ENGINES known ON known.ENGINE = kept.ENGINE "
        "WHERE kept.TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND kept.TABLE_NAME = :name "
        "AND kept.TABLE_TYPE <> 'VIEW' AND COALESCE(known.TRANSACTIONS, 'NO') <> 'YES'"
    )
    found = connection.execute(asked, {"schema": table.schema, "name": table.name}).scalar()
    return str(found or "")


def _parameter(number: int) -> sa.ColumnElement[Any]:
    return sa.bindparam(f"cursor_{number}", type_=sa.types.NullType())


def _bound(value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, sa.types.NullType())
