"""What the network monitor counts, in bounded memory, and its figures."""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

HOUR_MINUTES = 60
_PARTS = 600
"""The window is divided into at most so many parts, each with one count."""


class PastError(NamedTuple):
    """An error of an attempt."""

    at: float
    """Unix time in seconds."""
    code: str
    title: str


@dataclass(frozen=True)
class TargetErrors:
    """What is known of one target."""

    last: tuple[PastError, ...] = ()
    """The last 20 errors of attempts, of whatever kind, since the server was started; oldest first."""
    recent: int = 0
    """Network errors within the window."""
    is_alerting: bool = False
    """There were so many that they raise an alert."""


@dataclass(frozen=True)
class NetworkErrorStats:
    total_recorded: int
    """Network errors since the server was started."""
    recent_window: int
    """Network errors of all targets within the last NETWORK_ERROR_WINDOW_SECONDS."""
    by_minute: tuple[int, ...]
    """For each of the last 60 minutes, the present one last."""
    is_alerting: bool
    """There is a target with so many of them that they raise an alert."""
    most_common: tuple[tuple[str, int], ...]
    """The codes of the errors of these 60 minutes with their counts, the most common first."""


class RecentCount:
    """How many events there were within the last seconds. Not thread-safe."""

    def __init__(self) -> None:
        self._parts: deque[list[float]] = deque(maxlen=2 * _PARTS)
        """Each: the time of its first event in Unix seconds, and its count; oldest first."""

    def add(self, at: float, count: int, window: float) -> None:
        """Add events. Those of one part of the window, a 600th, count as of the time of the first."""
        if self._parts and 0 <= at - self._parts[-1][0] < window / _PARTS:
            self._parts[-1][1] += count
        else:
            self._parts.append([at, count])

    def total(self, now: float, window: float) -> int:
        """The events of the last `window` seconds."""
        while self._parts and now - self._parts[0][0] > window:
            self._parts.popleft()
        # The clock may have been set back: then those of one part may be newer than those before it.
        return int(sum(count for at, count in self._parts if now - at <= window))
