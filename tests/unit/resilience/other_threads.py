"""Waiting for what another thread does."""

import threading
from collections.abc import Callable


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread."""
    pause = threading.Event()
    for _ in range(3000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen in 30 s")
