"""Checks of arguments. A wrong argument is refused at construction: otherwise it would show at the first failed call, or never."""

import math
from typing import Any


class BadArgumentError(ValueError, TypeError):
    """An argument is out of range or has the wrong type. The message is one line: the name, the permitted values, and
    the value that was given."""

    def __init__(self, name: str, may_be: str, value: object) -> None:
        super().__init__(f"{name} must {may_be} (it is {value!r:.80})")


def check_count(name: str, value: Any, least: int) -> None:
    """Raises BadArgumentError unless it is a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        limit = (
            "not be negative, and a whole number"
            if least == 0
            else f"be a whole number, at least {least}"
        )
        raise BadArgumentError(name, limit, value)


def check_not_negative(name: str, value: Any) -> None:
    """Raises BadArgumentError unless it is a finite number, 0 or more."""
    if not (is_number(value) and value >= 0):
        raise BadArgumentError(name, "not be negative, and a finite number", value)


def check_positive(name: str, value: Any) -> None:
    """Raises BadArgumentError unless it is a finite number above 0."""
    if not (is_number(value) and value > 0):
        raise BadArgumentError(name, "be a finite number, more than 0", value)


def check_fraction(name: str, value: Any) -> None:
    """Raises BadArgumentError unless it is a number above 0 and at most 1."""
    if not (is_number(value) and 0 < value <= 1):
        raise BadArgumentError(name, "be a number above 0 and at most 1", value)


def check_function(name: str, value: Any) -> None:
    """Raises BadArgumentError unless it can be called."""
    if not callable(value):
        raise BadArgumentError(name, "be a function", value)


def is_number(value: Any) -> bool:
    """Whether it is a finite number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
