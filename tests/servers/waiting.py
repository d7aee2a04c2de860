"""Waiting for what a server does in its own time."""

import time
from collections.abc import Callable

_SECONDS = 60.0
_BETWEEN_LOOKS = 0.01


def wait_until(holds: Callable[[], object]) -> None:
    """Return once `holds()` is true. Raises AssertionError after a minute, and what `holds` raises."""
    end = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(_BETWEEN_LOOKS)
