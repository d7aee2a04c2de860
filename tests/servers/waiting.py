"""Waiting for a server to do something."""

import time
from collections.abc import Callable

_SECONDS = 60.0
_BETWEEN_LOOKS = 0.05


def wait_until(holds: Callable[[], object]) -> None:
    """Return when `holds()` is true. Raises AssertionError after a minute, and passes on what `holds` raises."""
    end = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(_BETWEEN_LOOKS)
