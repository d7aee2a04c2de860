"""The last errors of a target, and whether there were too many of late."""

import time
from collections import deque
from collections.abc import Callable

from proto_ddf.errors import classify

_KEPT = 20


class ErrorLog:
    """Thread-safe: appending to a deque and copying one are single steps.

    Args:
        threshold: errors within `window` seconds that are too many.
        clock: seconds, monotonic.
    """

    def __init__(self, threshold: int, window: float, clock: Callable[[], float]) -> None:
        self._threshold = threshold
        self._window = window
        self._clock = clock
        self._errors: deque[tuple[float, str, str]] = deque(maxlen=_KEPT)
        self._times: deque[float] = deque(maxlen=threshold)

    def note(self, error: Exception) -> None:
        found = classify(error)
        self._errors.append((time.time(), found.code, found.title))
        self._times.append(self._clock())

    def last(self) -> tuple[tuple[float, str, str], ...]:
        """Unix time in seconds, code and title of the last 20, oldest first."""
        return tuple(self._errors.copy())

    @property
    def alerting(self) -> bool:
        times = self._times.copy()
        return len(times) == self._threshold and self._clock() - times[0] <= self._window
