"""Values as text that represents exactly what MySQL or MariaDB stores."""

import struct
from typing import Any

import sqlalchemy as sa

from .column_types import NUMERIC, Float

TRUE = "1"
FALSE = "0"
LARGEST_WHOLE: int | None = None
"""The server refuses numbers that are too large for a column."""
DECIMALS_ARE_FLOATS = False
"""Whether a number with decimals is stored as a floating-point number, with about 15 digits."""
MOMENTS_ARE_TEXTS = False
"""Whether dates and times are stored as texts, which may have several forms."""


def stored_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str | None]:
    """SQL for the text; NULL for null. Bits are numbers, and a float has the digits of a double."""
    raw: sa.ColumnElement[Any] = sa.type_coerce(column, sa.types.NullType())
    if isinstance(column.type, NUMERIC):
        raw = raw.op("+")(sa.literal_column("0e0" if isinstance(column.type, Float) else "0"))
    return sa.cast(raw, sa.CHAR())


def is_stored(column: sa.ColumnElement[Any], text: str | None) -> sa.ColumnElement[bool]:
    """Whether the column holds exactly the text of `stored_text`, compared by bytes and not by the column's
    collation."""
    if text is None:
        return column.is_(None)
    return sa.cast(stored_text(column), sa.BINARY()) == sa.cast(
        sa.literal(text, sa.Text()), sa.BINARY()
    )


def is_binary(text: str) -> bool:
    """Whether bytes are stored in a column of another type, which this database does not allow."""
    return False


def written(column: sa.Column[Any], text: str) -> str:
    """The stored value as people write it; a float has the fewest digits that identify it."""
    if not isinstance(column.type, Float):
        return text
    number = float(text)
    for digits in range(6, 10):
        short = f"{number:.{digits}g}"
        if struct.pack("f", float(short)) == struct.pack("f", number):
            return short
    return text
