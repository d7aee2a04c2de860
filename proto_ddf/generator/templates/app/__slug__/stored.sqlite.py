"""Values as text that represents exactly what SQLite stores: the storage class, a colon, and the value.

Two values with the same text are identical in every byte, whatever the collation or affinity of their column.
"""

from typing import Any

import sqlalchemy as sa

TRUE = "integer:1"
FALSE = "integer:0"
LARGEST_WHOLE = 2**63 - 1
"""A larger whole number would be rounded."""
DECIMALS_ARE_FLOATS = True
"""Whether a number with decimals is stored as a floating-point number, with about 15 digits."""
MOMENTS_ARE_TEXTS = True
"""Whether dates and times are stored as texts, which may have several forms."""


def stored_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str | None]:
    """SQL for the text; NULL for null. A blob is written in hexadecimal."""
    raw = sa.type_coerce(column, sa.types.NullType())
    kind = sa.func.typeof(raw)
    value = sa.case(
        (kind == "real", sa.func.printf("%!.17g", raw)),
        (kind == "blob", sa.func.hex(raw)),
        else_=sa.cast(raw, sa.Text()),
    )
    return sa.case((raw.is_(None), None), else_=kind.concat(":").concat(value))


def is_stored(column: sa.ColumnElement[Any], text: str | None) -> sa.ColumnElement[bool]:
    """Whether the column holds exactly the text of `stored_text`."""
    if text is None:
        return sa.type_coerce(column, sa.types.NullType()).is_(None)
    raw = text.encode(errors="surrogateescape")  # a text that is not UTF-8 cannot be sent as text
    return sa.cast(stored_text(column), sa.BLOB()) == sa.literal(raw, sa.types.NullType())


def is_binary(text: str) -> bool:
    """Whether bytes are stored, in a column of any type."""
    return text.startswith("blob:")


def written(column: sa.Column[Any], text: str) -> str:
    """The stored value as people write it."""
    kind, _, value = text.partition(":")
    return repr(float(value)) if kind == "real" else value
