"""Checks of arguments, made at construction. Otherwise a wrong argument would show only at the first failed call."""

import math
from typing import Any


class BadArgumentError(ValueError, TypeError):
    """An argument is out of range or has the wrong type. The message is one line with the name, the permitted values
    and the given value."""

    def __init__(self, name: str, may_be: str, value: object) -> None:
        super().__init__(f"{name} must {may_be}, but is {value!r:.80}")


def check_count(name: str, value: Any, least: int) -> None:
    """Raises BadArgumentError unless `value` is a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BadArgumentError(name, f"be a whole number, at least {least}", value)


def check_not_negative(name: str, value: Any) -> None:
    """Raises BadArgumentError unless `value` is a finite number, 0 or more."""
    if not (is_number(value) and value >= 0):
        raise BadArgumentError(name, "be a finite number, at least 0", value)


def check_positive(name: str, value: Any) -> None:
    """Raises BadArgumentError unless `value` is a finite number above 0."""
    if not (is_number(value) and value > 0):
        raise BadArgumentError(name, "be a finite number above 0", value)


def check_fraction(name: str, value: Any) -> None:
    """Raises BadArgumentError unless `value` is a number above 0 and at most 1."""
    if not (is_number(value) and 0 < value <= 1):
        raise BadArgumentError(name, "be a number above 0 and at most 1", value)


def check_function(name: str, value: Any) -> None:
    """Raises BadArgumentError unless `value` is callable."""
    if not callable(value):
        raise BadArgumentError(name, "be a function", value)


def is_number(value: Any) -> bool:
    """Whether `value` is a finite number. A bool does not count as one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
