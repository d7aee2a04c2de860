"""How fast a socket, and a session with all its sockets, may send events."""

import time
from collections.abc import Callable

SOCKET_RATE = 50.0
"""Events a second, in the long run. Nobody types or clicks that fast."""
SESSION_RATE = 500.0
BURST_SECONDS = 2.0
"""A burst may have as many events as are allowed in that time."""
LONGEST_DELAY = 1.0
"""The pings of a socket must not wait longer."""


class Throttle:
    """A token bucket."""

    __slots__ = ("_clock", "_filled_at", "_rate", "_tokens")

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = rate * BURST_SECONDS
        self._filled_at = clock()

    def delay(self) -> float:
        """Count an event; how many seconds it must wait."""
        now = self._clock()
        filled = self._tokens + (now - self._filled_at) * self._rate
        self._tokens = min(self._rate * BURST_SECONDS, filled) - 1
        self._filled_at = now
        return min(LONGEST_DELAY, max(0.0, -self._tokens / self._rate))
