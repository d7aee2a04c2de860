"""The last errors of a target, and whether too many recent ones were network errors."""

import time
from collections import deque
from collections.abc import Callable

from proto_ddf.errors import classify
from proto_ddf.errors.classify import Classification
from proto_ddf.resilience.call_refused import is_refusal

_MAX_ERRORS = 20
_MIN_CONFIDENCE = 0.8
"""A lower confidence means that an error was classified by words in its message only."""
NETWORK_CODES = frozenset(
    {
        "connection_failed",
        "connection_lost",
        "deadline_exceeded",
        "host_lookup_failed",
        "host_silent",
        "host_unknown",
        "host_unreachable",
        "localhost_in_container",
        "port_closed",
        "registry_unreachable",
        "timeout",
    }
)
"""The target was not found, not reached or too slow, or the connection broke. If the target refused something (a
password, a permission, a certificate, a query), the network works."""


class ErrorLog:
    """Thread-safe, because appending to a deque and copying a deque are atomic.

    Args:
        threshold: network errors within `window` seconds that raise an alert.
        clock: seconds, monotonic.
    """

    def __init__(self, threshold: int, window: float, clock: Callable[[], float]) -> None:
        self._threshold = threshold
        self._window = window
        self._clock = clock
        self._errors: deque[tuple[float, str, str]] = deque(maxlen=_MAX_ERRORS)
        self._times: deque[float] = deque(maxlen=threshold)

    def record(self, error: Exception) -> None:
        found = classify(error)
        self._errors.append((time.time(), found.code, found.title))
        if is_network_error(error, found):
            self._times.append(self._clock())

    def recent(self) -> tuple[tuple[float, str, str], ...]:
        """Unix time in seconds, code and title of the last 20 errors, oldest first."""
        return tuple(self._errors.copy())

    @property
    def alerting(self) -> bool:
        """Whether there were `threshold` network errors within the last `window` seconds."""
        times = self._times.copy()
        return len(times) == self._threshold and self._clock() - times[0] <= self._window


def is_network_error(error: Exception, found: Classification) -> bool:
    """Whether an error, classified as `found`, says that the network or the target failed.

    A call that was refused before it was sent (too many calls, no time left) says nothing about either.
    """
    sure = found.confidence >= _MIN_CONFIDENCE and found.code in NETWORK_CODES
    return sure and not is_refusal(error)
