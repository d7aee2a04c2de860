"""How much the server has to do: how late its event loop runs, and how many requests wait for it."""

import asyncio
from collections import deque

SAMPLE_SECONDS = 0.5
SAMPLES = 3
"""One long callback is over before it is noticed; so only as many late samples in a row count."""
LATE_SECONDS = 1.0
"""People would rather wait a second than be refused."""
MOST_WORKING = 250
"""Requests at once that wait for the server, not for their client."""
RECOVERED = 0.5
"""The share of a limit below which the load must fall before it counts as over, so that it does not flicker."""


class Load:
    """Overloaded from the moment when the loop is late several times in a row, or too many requests wait, until both are
    well below their limits again."""

    def __init__(self) -> None:
        self.working = 0
        """Requests that wait for the server."""
        self._lags: deque[float] = deque(maxlen=SAMPLES)
        self._is_overloaded = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def lag_seconds(self) -> float:
        """How late the loop ran when it was last looked at."""
        return self._lags[-1] if self._lags else 0.0

    def is_overloaded(self) -> bool:
        if self._is_overloaded:
            is_late = any(lag >= RECOVERED * LATE_SECONDS for lag in self._lags)
            self._is_overloaded = is_late or self.working >= RECOVERED * MOST_WORKING
        else:
            is_late = len(self._lags) == SAMPLES and min(self._lags) >= LATE_SECONDS
            self._is_overloaded = is_late or self.working >= MOST_WORKING
        return self._is_overloaded

    def add_lag(self, seconds: float) -> None:
        self._lags.append(seconds)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at the lag of the loop, for as long as it runs."""
        wanted = loop.time() + SAMPLE_SECONDS

        def look() -> None:
            self.add_lag(loop.time() - wanted)
            self.watch(loop)

        self._timer = loop.call_at(wanted, look)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()


LOAD = Load()
"""That of this process."""
