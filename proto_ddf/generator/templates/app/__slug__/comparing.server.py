"""Texts as values to compare with what is stored, which is always of the column's type."""

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from .views import NUMBERS, Kind

MOST_DIGITS = 1_000
"""Before the decimal point, and behind it."""


def value_of(kind: Kind, given: str | int | float) -> Any:
    """The typed value.

    Raises:
        ValueError: nothing that is stored can be equal to it.
    """
    text = str(given)
    if kind in NUMBERS:
        return _number(kind, text)
    match kind:
        case Kind.BOOLEAN:
            return _boolean(text)
        case Kind.DATE:
            return date.fromisoformat(text)
        case Kind.DATETIME:
            return datetime.fromisoformat(text)
        case Kind.TIME:
            return time.fromisoformat(text)
    if "\0" in text:
        raise ValueError("no text of the server's holds a zero byte")
    return text


def limit_of(kind: Kind, given: str) -> Any:
    """The end of a range, which need not be a value of the kind: 2.5 for whole numbers. Raises as `value_of`."""
    return sa.literal(_decimal(given), sa.Numeric()) if kind in NUMBERS else value_of(kind, given)


def _number(kind: Kind, text: str) -> int | float | Decimal:
    number = _decimal(text)
    if kind is Kind.FLOAT:
        return float(number)
    if kind is Kind.DECIMAL:
        return number
    if number != number.to_integral_value() or abs(number) >= 2**63:
        raise ValueError("no whole number that a column can hold")
    return int(number)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("no number") from None
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise ValueError("no number that a column can hold")
    return number


def _boolean(text: str) -> bool:
    if text not in ("true", "false", "True", "False", "1", "0"):
        raise ValueError("neither true nor false")
    return text in ("true", "True", "1")


def may_hold_text(kind: Kind) -> bool:
    """A value may be an empty text."""
    return kind is Kind.TEXT
