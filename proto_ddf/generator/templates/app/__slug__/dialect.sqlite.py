"""What SQLite writes in its own way: text, order, and places in an order."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from .column_types import TolerantDateTime, TolerantTime, spellings

ROW_ID: tuple[sa.ColumnElement[Any], ...] = (sa.literal_column("_rowid_"),)
"""What tells the rows of a table without a key apart."""


def as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The value as it is stored: dates are texts."""
    return sa.type_coerce(column, sa.String)


def start_of(column: sa.ColumnElement[Any], length: int) -> sa.ColumnElement[str]:
    """The first characters of the value as text; all of one that holds the character 0, where SQLite would cut it."""
    text = as_text(column)
    return sa.case((sa.func.instr(text, "\0") > 0, text), else_=sa.func.substr(text, 1, length))


def can_hold(text: str) -> bool:
    """A text column can hold the text: it is whole Unicode."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def shown_binary(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is read of binary data in order to show it: how many bytes there are. A text or a number that is stored in
    place of bytes is read as a text."""
    size = sa.func.length(column, type_=sa.types.NullType())
    other = sa.cast(sa.type_coerce(column, sa.types.NullType()), sa.Text)
    return sa.case((sa.func.typeof(column) == "blob", size), else_=other)


def contains(column: sa.ColumnElement[Any], words: str) -> sa.ColumnElement[bool]:
    """The words are somewhere in the value, in capitals or not. LIKE ends at the character 0, so texts that hold it
    are looked through by another function."""
    value = as_text(column)
    behind = sa.func.instr(sa.func.lower(value), sa.func.lower(words)) > 0
    if "\0" in words:
        return behind
    holds_0 = sa.func.instr(value, "\0") > 0
    return sa.or_(value.contains(words, autoescape=True), sa.and_(holds_0, behind))


def equals(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The value of the column is this one."""
    if isinstance(value, str) and not can_hold(value):
        stored = value.encode(errors="surrogateescape")
        return place(column) == sa.cast(sa.literal(stored, sa.types.NullType()), sa.Text)
    return sa.and_(column == value)


def means(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The value of the column is this one, in whichever way it is stored: a moment with a T or a blank, with or without
    seconds; in a column of any type a number or its text."""
    if not isinstance(value, str) or not can_hold(value):
        return equals(column, value)
    stored = sa.type_coerce(column, sa.types.NullType())
    if isinstance(column.type, TolerantDateTime | TolerantTime):
        return stored.in_(spellings(value))
    number = _number_written(value)
    return equals(column, value) if number is None else stored.in_([value, number])


def _number_written(text: str) -> int | float | None:
    """The number that is written like this, and no other way."""
    for read in (int, float):
        with suppress(ValueError):
            number = read(text)
            if str(number) == text and (isinstance(number, float) or abs(number) < 2**63):
                return number
    return None


def sort_key(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What rows are ordered by."""
    return column.collate("NOCASE") if isinstance(column.type, sa.Text) else column


def key_order(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What rows are ordered by that are equal otherwise: it tells keys apart, those in capitals from others too."""
    return column


def is_empty(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Nothing is stored."""
    return column.is_(None)


def place(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is read of a row to find its place in the order again: values just as they are stored."""
    return sa.type_coerce(column, sa.types.NullType())


def at(column: sa.ColumnElement[Any], value: Any) -> sa.ColumnElement[bool]:
    """The rows at this place."""
    return place(column) == _bound(value)


def beyond(columns: Sequence[sa.ColumnElement[Any]], rising: bool) -> sa.ColumnElement[bool]:
    """The rows behind a place, in the order of the columns; its values are the parameters place_0, place_1 ..."""
    values = [
        sa.bindparam(f"place_{number}", type_=sa.types.NullType()) for number in range(len(columns))
    ]
    if len(columns) == 1:
        column = place(columns[0])
        return column > values[0] if rising else column < values[0]
    left, right = sa.tuple_(*map(place, columns)), sa.tuple_(*values)
    return left > right if rising else left < right


def engine_without_rollback(connection: sa.Connection, table: sa.Table) -> str:
    """The storage engine of the table where that cannot take changes back: here none is like that."""
    return ""


def _bound(value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, sa.types.NullType())
