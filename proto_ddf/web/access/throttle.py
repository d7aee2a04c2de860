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
    """A token bucket that looks at the clock once for each event: it is on the way of all of them."""

    __slots__ = ("_clock", "_filled_at", "_most", "_rate", "_tokens")

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = self._most = rate * BURST_SECONDS
        self._filled_at = clock()

    def delay(self) -> float:
        """Count an event; how many seconds it must wait."""
        now = self._clock()
        tokens = self._tokens + (now - self._filled_at) * self._rate - 1
        if tokens > self._most - 1:
            tokens = self._most - 1
        self._tokens, self._filled_at = tokens, now
        return 0.0 if tokens >= 0 else min(LONGEST_DELAY, -tokens / self._rate)
