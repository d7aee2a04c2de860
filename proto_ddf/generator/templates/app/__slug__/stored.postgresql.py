"""Values as text that tells exactly what PostgreSQL stores: each type has such a text (PostgreSQL docs, 4.2.9)."""

from typing import Any

import sqlalchemy as sa

TRUE = "true"
FALSE = "false"
LARGEST_WHOLE: int | None = None
"""PostgreSQL itself refuses what a column has no room for."""
DECIMALS_ARE_FLOATS = False
"""A number with decimals is kept as a floating-point number, which has 15 digits or a few more."""


def stored_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str | None]:
    """SQL for the text; NULL where nothing is stored."""
    return sa.cast(column, sa.Text())


def is_stored(column: sa.ColumnElement[Any], text: str | None) -> sa.ColumnElement[bool]:
    """The column holds exactly what `stored_text` gave: compared byte by byte, not by the column's collation."""
    if text is None:
        return column.is_(None)
    return stored_text(column).collate("C") == sa.literal(text, sa.Text())


def is_binary(text: str) -> bool:
    """Bytes are stored in a column of another type, which this database lets in nowhere."""
    return False


def written(column: sa.Column[Any], text: str) -> str:
    """The stored value as a person writes it."""
    return text
