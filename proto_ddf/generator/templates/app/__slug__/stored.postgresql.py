"""Values as text that represents exactly what PostgreSQL stores; every type has such a text (PostgreSQL docs,
4.2.9)."""

from typing import Any

import sqlalchemy as sa

TRUE = "true"
FALSE = "false"
LARGEST_WHOLE: int | None = None
"""PostgreSQL refuses numbers that are too large for a column."""
DECIMALS_ARE_FLOATS = False
"""Whether a number with decimals is stored as a floating-point number, with about 15 digits."""
MOMENTS_ARE_TEXTS = False
"""Whether dates and times are stored as texts, which may have several forms."""


def stored_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str | None]:
    """SQL for the text; NULL for null."""
    return sa.cast(column, sa.Text())


def is_stored(column: sa.ColumnElement[Any], text: str | None) -> sa.ColumnElement[bool]:
    """Whether the column holds exactly the text of `stored_text`, compared by bytes and not by the column's
    collation."""
    if text is None:
        return column.is_(None)
    return stored_text(column).collate("C") == sa.literal(text, sa.Text())


def is_binary(text: str) -> bool:
    """Whether bytes are stored in a column of another type, which this database does not allow."""
    return False


def written(column: sa.Column[Any], text: str) -> str:
    """The stored value as people write it."""
    return text
