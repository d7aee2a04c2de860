"""Texts as values to compare with what is stored, which is always of the column's type."""

import math
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from .dialect import ENDLESS_NUMBERS, FLAGS_ARE_NUMBERS, MOMENTS, WHOLE_NUMBERS, can_hold
from .views import NUMBERS, Kind

MOST_DIGITS = 1_000
"""Before the decimal point, and behind it."""


def value_of(kind: Kind, text: str) -> Any:
    """The typed value; of binary data the text has the hexadecimal digits.

    A date or a time that Python has no value for, such as "infinity" or "24:00:00", stays the text that it is.

    Raises:
        ValueError: nothing that is stored can be equal to it.
    """
    if kind in NUMBERS:
        return _number(kind, text)
    match kind:
        case Kind.BINARY:
            return bytes.fromhex(text)
        case Kind.BOOLEAN:
            return _boolean(text)
        case Kind.DATE | Kind.DATETIME | Kind.TIME:
            return _moment(kind, text)
    if not can_hold(text):
        raise ValueError("no text that a column can hold")
    return text


def limit_of(kind: Kind, text: str, rising: bool) -> Any:
    """Where a range begins, or without `rising` where it ends. That need not be a value of the kind: 2.5 for whole
    numbers. Raises as `value_of`."""
    if kind is Kind.INTEGER:
        return _whole_limit(_decimal(text), rising)
    return sa.literal(_decimal(text), sa.Numeric()) if kind in NUMBERS else value_of(kind, text)


def _whole_limit(number: Decimal, rising: bool) -> int:
    """A whole number, so that the column's index can be used."""
    limit = int(number.to_integral_value(ROUND_CEILING if rising else ROUND_FLOOR))
    least, most = WHOLE_NUMBERS[0], WHOLE_NUMBERS[-1]
    if limit > most if rising else limit < least:
        raise ValueError("beyond all numbers that a column can hold")
    return max(least, min(limit, most))


def key_part(kind: Kind, part: str | int | float) -> Any:
    """A value of a key as it is compared with the column. Raises as `value_of`."""
    return value_of(kind, str(part))


def _number(kind: Kind, text: str) -> int | float | Decimal:
    if kind is not Kind.INTEGER and text.lower() in ENDLESS_NUMBERS:
        return float(text) if kind is Kind.FLOAT else Decimal(text)
    number = _decimal(text)
    if kind is Kind.FLOAT and math.isfinite(float(number)):
        return float(number)
    if kind is Kind.DECIMAL:
        return number
    if (
        kind is Kind.FLOAT
        or number != number.to_integral_value()
        or int(number) not in WHOLE_NUMBERS
    ):
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


def _boolean(text: str) -> bool | int:
    if text.lower() in ("true", "false", "1", "0"):
        return text.lower() in ("true", "1")
    if FLAGS_ARE_NUMBERS:
        return int(text)
    raise ValueError("neither true nor false")


def _moment(kind: Kind, text: str) -> date | time | str:
    if MOMENTS.fullmatch(text):
        return text
    types: dict[Kind, Any] = {Kind.DATE: date, Kind.DATETIME: datetime, Kind.TIME: time}
    found: date | time = types[kind].fromisoformat(text)
    return found


def may_hold_text(kind: Kind) -> bool:
    """A value may be an empty text."""
    return kind is Kind.TEXT
