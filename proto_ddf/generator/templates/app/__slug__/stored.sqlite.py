"""Values as text that tells exactly what SQLite stores: the storage class, a colon, and the value.

Two values with the same text are the same to the byte, whatever collation or affinity their column has.
"""

from typing import Any

import sqlalchemy as sa

TRUE = "integer:1"
FALSE = "integer:0"
LARGEST_WHOLE = 2**63 - 1
"""A larger whole number would be stored as a rounded one."""
DECIMALS_ARE_FLOATS = True
"""A number with decimals is kept as a floating-point number, which has 15 digits or a few more."""


def stored_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str | None]:
    """SQL for the text; NULL where nothing is stored. A blob is written in hexadecimal."""
    raw = sa.type_coerce(column, sa.types.NullType())
    kind = sa.func.typeof(raw)
    value = sa.case(
        (kind == "real", sa.func.printf("%!.17g", raw)),
        (kind == "blob", sa.func.hex(raw)),
        else_=sa.cast(raw, sa.Text()),
    )
    return sa.case((raw.is_(None), None), else_=kind.concat(":").concat(value))


def is_stored(column: sa.ColumnElement[Any], text: str | None) -> sa.ColumnElement[bool]:
    """The column holds exactly what `stored_text` gave."""
    if text is None:
        return sa.type_coerce(column, sa.types.NullType()).is_(None)
    raw = text.encode(errors="surrogateescape")  # a text that is no UTF-8 cannot be sent as one
    return sa.cast(stored_text(column), sa.BLOB()) == sa.literal(raw, sa.types.NullType())


def is_binary(text: str) -> bool:
    """Bytes are stored, in a column of whatever type."""
    return text.startswith("blob:")


def written(column: sa.Column[Any], text: str) -> str:
    """The stored value as a person writes it."""
    kind, _, value = text.partition(":")
    return repr(float(value)) if kind == "real" else value
