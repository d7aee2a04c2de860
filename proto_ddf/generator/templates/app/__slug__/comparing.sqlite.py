"""Texts as values to compare with what is stored. SQLite lets any value into any column."""

from typing import Any

from .views import NUMBERS, Kind


def value_of(kind: Kind, given: str | int | float) -> Any:
    """The typed value; a text that does not fit the kind is compared as text.

    Raises:
        ValueError: nothing that is stored can be equal to it.
    """
    if kind is Kind.BOOLEAN and isinstance(given, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(given, given)
    number: str | int | float = given
    if kind in NUMBERS and isinstance(given, str):
        try:
            number = int(given) if kind is Kind.INTEGER else float(given)
        except ValueError:
            return given
    return float(number) if isinstance(number, int) and abs(number) >= 2**63 else number


def limit_of(kind: Kind, given: str) -> Any:
    """The end of a range, which need not be a value of the kind: 2.5 for whole numbers."""
    return value_of(Kind.FLOAT if kind in NUMBERS else kind, given)


def may_hold_text(kind: Kind) -> bool:
    """A value may be an empty text."""
    return True
