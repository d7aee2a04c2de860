"""SQL that differs between databases, for SQLite: text, comparison, order and cursors."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from .column_types import TolerantDateTime, TolerantTime, spellings

START = 16
"""Bytes that tell what kind of picture it is."""
ROW_ID: tuple[sa.ColumnElement[Any], ...] = (sa.literal_column("_rowid_"),)
"""Columns that identify rows without a key."""


def as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The value as it is stored; dates are texts."""
    return sa.type_coerce(column, sa.String)


def start_of(column: sa.ColumnElement[Any], length: int) -> sa.ColumnElement[str]:
    """The first characters of the value as text. A text that contains NUL is read completely, because SQLite would cut
    it there."""
    text = as_text(column)
    return sa.case((sa.func.instr(text, "\0") > 0, text), else_=sa.func.substr(text, 1, length))


def can_hold(text: str) -> bool:
    """Whether a text column can hold the text: it has no unpaired surrogates."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def shown_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of binary data for display: its size in bytes. A text or a number that is stored instead of bytes is
    read as text."""
    size = sa.func.length(column, type_=sa.types.NullType())
    other = sa.cast(sa.type_coerce(column, sa.types.NullType()), sa.Text)
    return sa.case((sa.func.typeof(column) == "blob", size), else_=other)


def start_of_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a picture for display: its first bytes in hexadecimal digits, a colon, and its size. A text or a
    number that is stored instead of bytes is read as text."""
    start = sa.func.hex(sa.func.substr(column, 1, START))
    other = sa.cast(sa.type_coerce(column, sa.types.NullType()), sa.Text)
    marked = start.concat(":").concat(sa.func.length(column, type_=sa.types.NullType()))
    return sa.case((sa.func.typeof(column) == "blob", marked), else_=other)


def contains(column: sa.ColumnElement[Any], words: str) -> sa.ColumnElement[bool]:
    """Whether the value contains the words, ignoring case. LIKE stops at NUL, so texts with NUL are searched by another
    function."""
    value = as_text(column)
    behind = sa.func.instr(sa.func.lower(value), sa.func.lower(words)) > 0
    if "\0" in words:
        return behind
    holds_0 = sa.func.instr(value, "\0") > 0
    return sa.or_(value.contains(words, autoescape=True), sa.and_(holds_0, behind))


def equals(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this value."""
    if isinstance(value, str) and not can_hold(value):
        stored = value.encode(errors="surrogateescape")
        return cursor_value(column) == sa.cast(sa.literal(stored, sa.types.NullType()), sa.Text)
    return sa.and_(column == value)


def has_value(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this value in any of the ways to store it: a datetime with T or a blank, with or without
    seconds; a number as a number or as text."""
    if not isinstance(value, str) or not can_hold(value):
        return equals(column, value)
    stored = sa.type_coerce(column, sa.types.NullType())
    if isinstance(column.type, TolerantDateTime | TolerantTime):
        return stored.in_(spellings(value))
    number = _number_written(value)
    return equals(column, value) if number is None else stored.in_([value, number])


def _number_written(text: str) -> int | float | None:
    """The number with exactly this text; None if there is none."""
    for read in (int, float):
        with suppress(ValueError):
            number = read(text)
            if str(number) == text and (isinstance(number, float) or abs(number) < 2**63):
                return number
    return None


def sort_key(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression to sort by."""
    return column.collate("NOCASE") if isinstance(column.type, sa.Text) else column


def key_order(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The expression to sort equal rows by; it distinguishes all keys, including those that differ only in case."""
    return column


def is_empty(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether nothing is stored."""
    return column.is_(None)


def cursor_value(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a row for a cursor: the value as it is stored."""
    return sa.type_coerce(column, sa.types.NullType())


def is_cursor_value(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """Whether the column holds this cursor value."""
    return cursor_value(column) == _bound(value)


def after_cursor(
    columns: Sequence[sa.ColumnElement[Any]], ascending: bool
) -> sa.ColumnElement[bool]:
    """The rows after a cursor, in the order of the columns. The cursor's values are the parameters cursor_0, cursor_1
    ..."""
    values = [
        sa.bindparam(f"cursor_{number}", type_=sa.types.NullType())
        for number in range(len(columns))
    ]
    if len(columns) == 1:
        column = cursor_value(columns[0])
        return column > values[0] if ascending else column < values[0]
    left, right = sa.tuple_(*map(cursor_value, columns)), sa.tuple_(*values)
    return left > right if ascending else left < right


def engine_without_rollback(connection: sa.Connection, table: sa.Table) -> str:
    """The table's storage engine if it does not support rollback; SQLite always does."""
    return ""


def _bound(value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, sa.types.NullType())
