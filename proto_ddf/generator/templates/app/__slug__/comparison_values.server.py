"""Converts texts to values for comparisons with the database. Stored values always have the column's type."""

import math
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from .dialect import (
    BOOLEANS_ARE_NUMBERS,
    NON_FINITE_NUMBERS,
    UNREPRESENTABLE_TIMES,
    WHOLE_NUMBERS,
    can_hold,
)
from .views import NUMBERS, Kind

MOST_DIGITS = 1_000
"""Limit before and after the decimal point."""
LEAST_SINGLE, MOST_SINGLE = 1.2e-38, 3.4028236e38
"""The magnitudes of single precision (IEEE 754), with all digits."""


def value_of(kind: Kind, text: str) -> Any:
    """The typed value of a text; for binary data the text has hexadecimal digits.

    A date or a time that Python cannot represent, such as "infinity" or "24:00:00", stays a text.

    Raises:
        ValueError: no stored value can be equal to it.
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


def limit_of(kind: Kind, text: str, ascending: bool) -> Any:
    """The start of a range, or its end if `ascending` is false. It need not be a value of the kind: 2.5 for whole
    numbers. Raises as `value_of`."""
    if kind is Kind.INTEGER:
        return _whole_limit(_decimal(text), ascending)
    if kind not in NUMBERS:
        return value_of(kind, text)
    limit = _decimal(text)
    if kind is Kind.FLOAT and math.isfinite(float(limit)):
        return sa.literal(float(limit), sa.Double())
    return sa.literal(limit, sa.Numeric())


def rounded_limit(kind: Kind, text: str) -> float | None:
    """The limit as a column of single precision holds it: such a 0.1 is more than 0.1. None if it cannot be one."""
    limit = float(_decimal(text)) if kind is Kind.FLOAT else 0.0
    return limit if LEAST_SINGLE <= abs(limit) <= MOST_SINGLE else None


def _whole_limit(number: Decimal, ascending: bool) -> int:
    """The limit as a whole number, so that the column's index can be used."""
    limit = int(number.to_integral_value(ROUND_CEILING if ascending else ROUND_FLOOR))
    least, most = WHOLE_NUMBERS[0], WHOLE_NUMBERS[-1]
    if limit > most if ascending else limit < least:
        raise ValueError("beyond all numbers that a column can hold")
    return max(least, min(limit, most))


def key_part(kind: Kind, part: str | int | float) -> Any:
    """A value of a key for a comparison with the column. Raises as `value_of`."""
    return value_of(kind, str(part))


def _number(kind: Kind, text: str) -> int | float | Decimal:
    if kind is not Kind.INTEGER and text.lower() in NON_FINITE_NUMBERS:
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
    if BOOLEANS_ARE_NUMBERS:
        return int(text)
    raise ValueError("neither true nor false")


def _moment(kind: Kind, text: str) -> date | time | str:
    if UNREPRESENTABLE_TIMES.fullmatch(text):
        return text
    types: dict[Kind, Any] = {Kind.DATE: date, Kind.DATETIME: datetime, Kind.TIME: time}
    found: date | time = types[kind].fromisoformat(text)
    return found


def may_hold_text(kind: Kind) -> bool:
    """Whether a value of the kind may be an empty text."""
    return kind is Kind.TEXT
