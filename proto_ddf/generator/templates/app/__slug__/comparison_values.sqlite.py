"""Converts texts to values for comparisons with the database. SQLite allows any value in any column."""

import re
from typing import Any

from .views import NUMBERS, Kind

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def value_of(kind: Kind, text: str) -> Any:
    """The typed value of a text. A text that does not fit the kind is compared as text. For binary data it has
    hexadecimal digits.

    Raises:
        ValueError: no stored value can be equal to it.
    """
    _must_be_text(text)
    if kind is Kind.BINARY:
        return bytes.fromhex(text)
    if kind is Kind.BOOLEAN:
        return {"true": True, "1": True, "false": False, "0": False}.get(text, text)
    return _number(kind, text) if kind in NUMBERS else text


def _number(kind: Kind, text: str) -> str | int | float:
    if text in ("Infinity", "-Infinity"):
        return float(text)
    if not _NUMBER.fullmatch(text):
        return text
    if kind is not Kind.FLOAT and text.lstrip("+-").isdecimal():
        return _bounded(int(text))
    return float(text)  # a column of whole numbers may hold 2.5


def limit_of(kind: Kind, text: str, ascending: bool) -> Any:
    """The start of a range, or its end if `ascending` is false. It need not be a value of the kind: 2.5 for whole
    numbers. Raises as `value_of`."""
    return value_of(kind, text)


def rounded_limit(kind: Kind, text: str) -> float | None:
    """The limit as a column of single precision holds it; SQLite has none."""
    return None


def key_part(kind: Kind, part: str | int | float) -> Any:
    """A value of a key as it is stored: a number or a text, whatever the column's declared type.

    Raises:
        ValueError: no stored value can be equal to it.
    """
    if isinstance(part, int):
        return _bounded(part)
    if isinstance(part, str):
        _must_be_text(part)
    return part


def _bounded(number: int) -> int | float:
    """SQLite stores a whole number of more than 64 bits as a float. Raises ValueError if it is too large for a
    float."""
    try:
        return number if -(2**63) <= number < 2**63 else float(number)
    except OverflowError:
        raise ValueError("no number that a column can hold") from None


def _must_be_text(text: str) -> None:
    """Raises ValueError for an unpaired surrogate. A byte that is not UTF-8 has Python's escape (PEP 383), which is
    allowed."""
    text.encode(errors="surrogateescape")


def may_hold_text(kind: Kind) -> bool:
    """Whether a value of the kind may be an empty text."""
    return True
