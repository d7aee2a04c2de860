"""Finds columns of texts or whole numbers that hold only yes and no, and how these are written."""

from collections.abc import Iterable

from proto_ddf.generator.planning.column_profile import ColumnProfile
from proto_ddf.generator.planning.column_words import (
    COUNTED,
    FLAG,
    FLAG_FIRST,
    name_matches,
    words_of,
)
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType

_PAIRS = (
    *(("1", "0"), ("y", "n"), ("t", "f"), ("true", "false"), ("yes", "no"), ("on", "off")),
    *(("j", "n"), ("ja", "nein"), ("ja", "nee"), ("wahr", "falsch"), ("o", "n"), ("oui", "non")),
    *(("vrai", "faux"), ("s", "n"), ("si", "no"), ("sí", "no"), ("sim", "não"), ("sì", "no")),
    *(("verdadero", "falso"), ("verdadeiro", "falso"), ("vero", "falso")),
)
"""Yes and no, in lower case."""


def flags_of(column: ColumnInfo, profile: ColumnProfile | None) -> tuple[str, str] | None:
    """How the column writes yes and no; None if it holds anything else."""
    whole = column.type is ColumnType.INTEGER or (
        column.type is ColumnType.DECIMAL and column.scale == 0
    )
    if column.primary_key or column.unique or not (whole or column.type is ColumnType.TEXT):
        return None
    found: Iterable[object] | None = profile.values if profile else None
    texts = {str(value) for value in found or column.choices or ()}
    pair = _pair(texts)
    if pair is None or (whole and pair != ("1", "0")):
        return None
    named = _is_named_so(column.name)
    if len(texts) == 1:
        return pair if named else None
    return pair if named or not whole or not _counts(column.name) else None


def _pair(texts: set[str]) -> tuple[str, str] | None:
    """The way of writing that has exactly these texts, or the only one of them."""
    by_lower = {text.lower(): text for text in texts}
    if not 1 <= len(texts) <= 2 or len(by_lower) < len(texts):
        return None
    for yes, no in _PAIRS:
        if set(by_lower) == {yes, no}:
            return by_lower[yes], by_lower[no]
        if len(texts) == 1 and set(by_lower) < {yes, no}:
            [text] = texts
            write = str.upper if text.isupper() else str.title if text.istitle() else str.lower
            return by_lower.get(yes, write(yes)), by_lower.get(no, write(no))
    return None


def _is_named_so(column: str) -> bool:
    return name_matches(column, FLAG) or any(
        name_matches(first, FLAG_FIRST) for first in words_of(column)[:1]
    )


def _counts(column: str) -> bool:
    """Whether the name is that of something that is counted: "quantity", "goals"."""
    words = words_of(column)
    plural = bool(words) and words[-1].endswith("s") and not words[-1].endswith("ss")
    return plural or name_matches(column, COUNTED)
