"""A counter for what many threads do often."""

import itertools
import threading


class Tally:
    """Counts without a lock: a step of `itertools.count` is one C call, which no thread interrupts."""

    __slots__ = ("_lock", "_looks", "add")

    def __init__(self) -> None:
        self.add = itertools.count().__next__
        """Counts one."""
        self._looks = 0
        self._lock = threading.RLock()  # a signal handler may look too

    def value(self) -> int:
        """How often `add` was called."""
        with self._lock:  # a look is a step too
            self._looks += 1
            return self.add() - self._looks + 1
