"""Values as text that tells exactly what MySQL or MariaDB stores."""

import struct
from typing import Any

import sqlalchemy as sa

from .column_types import NUMERIC, Float

TRUE = "1"
FALSE = "0"
LARGEST_WHOLE: int | None = None
"""The server itself refuses what a column has no room for."""
DECIMALS_ARE_FLOATS = False
"""A number with decimals is kept as a floating-point number, which has 15 digits or a few more."""


def stored_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str | None]:
    """SQL for the text; NULL where nothing is stored. Bits are numbers, and a float has the digits of a double."""
    raw: sa.ColumnElement[Any] = sa.type_coerce(column, sa.types.NullType())
    if isinstance(column.type, NUMERIC):
        raw = raw.op("+")(sa.literal_column("0e0" if isinstance(column.type, Float) else "0"))
    return sa.cast(raw, sa.CHAR())


def is_stored(column: sa.ColumnElement[Any], text: str | None) -> sa.ColumnElement[bool]:
    """The column holds exactly what `stored_text` gave: compared byte by byte, not by the column's collation."""
    if text is None:
        return column.is_(None)
    return sa.cast(stored_text(column), sa.BINARY()) == sa.cast(
        sa.literal(text, sa.Text()), sa.BINARY()
    )


def is_binary(text: str) -> bool:
    """Bytes are stored in a column of another type, which this database lets in nowhere."""
    return False


def written(column: sa.Column[Any], text: str) -> str:
    """The stored value as a person writes it: a float with as few digits as tell it from all others."""
    if not isinstance(column.type, Float):
        return text
    number = float(text)
    for digits in range(6, 10):
        short = f"{number:.{digits}g}"
        if struct.pack("f", float(short)) == struct.pack("f", number):
            return short
    return text
