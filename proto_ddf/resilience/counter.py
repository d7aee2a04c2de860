"""A thread-safe counter without a lock on the write path."""

import itertools
import threading


class Counter:
    """`increment` takes no lock: a step of `itertools.count` is one C call, which no thread interrupts."""

    __slots__ = ("_lock", "_reads", "increment")

    def __init__(self) -> None:
        self.increment = itertools.count().__next__
        """Adds one."""
        self._reads = 0
        self._lock = threading.RLock()  # re-entrant, because a signal handler may read too

    def value(self) -> int:
        """How often `increment` was called."""
        with self._lock:  # a read advances the iterator too
            self._reads += 1
            return self.increment() - self._reads + 1
