"""Texts as values to compare with what is stored. SQLite lets any value into any column."""

import re
from typing import Any

from .views import NUMBERS, Kind

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def value_of(kind: Kind, text: str) -> Any:
    """The typed value; a text that does not fit the kind is compared as text. Of binary data it has the hexadecimal
    digits.

    Raises:
        ValueError: nothing that is stored can be equal to it.
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
    return float(text)  # 2.5 may be stored in a column of whole numbers


def limit_of(kind: Kind, text: str, rising: bool) -> Any:
    """Where a range begins, or without `rising` where it ends. That need not be a value of the kind: 2.5 for whole
    numbers. Raises as `value_of`."""
    return value_of(Kind.FLOAT if kind in NUMBERS else kind, text)


def key_part(kind: Kind, part: str | int | float) -> Any:
    """A value of a key as it is stored: a number or a text, whatever the column is declared as.

    Raises:
        ValueError: nothing that is stored can be equal to it.
    """
    if isinstance(part, int):
        return _bounded(part)
    if isinstance(part, str):
        _must_be_text(part)
    return part


def _bounded(number: int) -> int | float:
    """SQLite keeps a whole number beyond 64 bits as a float. Raises ValueError for one that has no end there."""
    try:
        return number if -(2**63) <= number < 2**63 else float(number)
    except OverflowError:
        raise ValueError("no number that a column can hold") from None


def _must_be_text(text: str) -> None:
    """Raises ValueError for half a UTF-16 pair; a byte that is no UTF-8 is kept as Python keeps it (PEP 383)."""
    text.encode(errors="surrogateescape")


def may_hold_text(kind: Kind) -> bool:
    """A value may be an empty text."""
    return True
