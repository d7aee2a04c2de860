"""Copies of values, without secrets and in a form that JSON can hold."""

import math
from collections.abc import Mapping, Set
from datetime import date, datetime, time
from enum import Enum
from itertools import islice
from typing import Any

from proto_ddf.redaction.names import is_secret_name
from proto_ddf.redaction.texts import HIDDEN, scrub_text

_MAX_ITEMS = 50
_MAX_DEPTH = 6
_MAX_VALUES = 1000
"""Values in one copy: a few lists that contain each other many times make millions of values."""
_MAX_BITS = 1024
"""Of an integer: JSON has no limit, but Python does not write integers of more than 4,300 digits."""


def plain_text(value: object) -> str:
    """`str(value)`, or the type's name if that fails. Never raises."""
    try:
        return str(value)
    except Exception:
        return _type_name(value)


def scrub(value: Any) -> Any:
    """A copy of `value` that JSON can hold, without secrets and limited in size and depth. Never raises."""
    return _Copier().copy(value)


class _Copier:
    """Makes one copy and counts its values."""

    def __init__(self) -> None:
        self._values = 0

    def copy(self, value: Any, depth: int = 0) -> Any:
        self._values += 1
        if self._values > _MAX_VALUES:
            return "…"
        if type(value) is str:  # as most values are
            return scrub_text(value)
        try:
            plain = _plain(value)
            return self._copy_container(value, depth) if plain is _NOT_PLAIN else plain
        except Exception:  # any method of an object may raise
            return _type_name(value)

    def _copy_container(self, value: Any, depth: int) -> Any:
        if depth >= _MAX_DEPTH:
            return "…"
        if isinstance(value, Mapping):
            return {
                scrub_text(key): self._copy_named(key, item, depth)
                for key, item in (
                    (plain_text(key), item) for key, item in islice(value.items(), _MAX_ITEMS)
                )
            }
        if isinstance(value, list | tuple | Set):
            shown = [self.copy(item, depth + 1) for item in islice(value, _MAX_ITEMS)]
            left_out = len(value) - len(shown)
            return [*shown, f"… and {left_out} more"] if left_out > 0 else shown
        return scrub_text(plain_text(value))

    def _copy_named(self, name: str, value: Any, depth: int) -> Any:
        if is_secret_name(name) and not _is_empty(value):
            return HIDDEN
        return self.copy(value, depth + 1)


_NOT_PLAIN = object()


def _plain(value: Any) -> Any:
    """The copy of a single value; _NOT_PLAIN for a container or an object."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, int):
        size = int(value).bit_length()
        return int(value) if size <= _MAX_BITS else f"a number of {size} bits"
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, str):
        return scrub_text(str(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _NOT_PLAIN


def _is_empty(value: Any) -> bool:
    try:
        return not value
    except Exception:
        return False


def _type_name(value: object) -> str:
    return f"<{type(value).__name__}>"
