"""The last errors of a target, and whether too many of late were errors of the network."""

import time
from collections import deque
from collections.abc import Callable

from proto_ddf.errors import classify
from proto_ddf.errors.classify import Classification
from proto_ddf.resilience.call_refused import is_refusal

_MAX_ERRORS = 20
_MIN_CONFIDENCE = 0.8
"""Below it an error was judged by words in its text alone."""
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
"""The target was not found or not reached, did not answer in time, or the connection broke. An answer that
refuses (a password, a right, a certificate, a query) came over a network that works."""


class ErrorLog:
    """Thread-safe: appending to a deque and copying one are single steps.

    Args:
        threshold: network errors within `window` seconds that are too many.
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
        """Unix time in seconds, code and title of the last 20, oldest first."""
        return tuple(self._errors.copy())

    @property
    def alerting(self) -> bool:
        """Whether there were `threshold` network errors within the last `window` seconds."""
        times = self._times.copy()
        return len(times) == self._threshold and self._clock() - times[0] <= self._window


def is_network_error(error: Exception, found: Classification) -> bool:
    """Whether an error, classified as `found`, says that the network or the other side failed.

    What was refused before it was sent (too many calls, no time left) says nothing about either.
    """
    sure = found.confidence >= _MIN_CONFIDENCE and found.code in NETWORK_CODES
    return sure and not is_refusal(error)
