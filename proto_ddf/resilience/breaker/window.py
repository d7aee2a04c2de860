"""Sliding windows: judge a target by the share of its last calls that failed or were slow.

Count- and time-based windows, the minimum of calls and the slow calls are those of resilience4j
(https://resilience4j.readme.io/docs/circuitbreaker#count-based-sliding-window).
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from proto_ddf.resilience.arguments import (
    BadArgumentError,
    check_count,
    check_fraction,
    check_positive,
)

_SLICES = 100
"""Parts of a time window: it forgets in steps, and its size in memory does not grow with the traffic."""


@dataclass(frozen=True)
class Window:
    """When a breaker opens: at least `minimum_calls` calls are in the window, and either rate is reached.

    Args:
        kind: "count" for the last `size` calls, "time" for those of the last `size` seconds.
        size: calls, or seconds. A window of time forgets a call after 99 to 100 % of it.
        minimum_calls: calls in the window before it judges.
        failure_rate: share of failed calls that opens, above 0, at most 1.
        slow_call_seconds: calls that take longer are slow; None for no such thing. Time in a queue of ours
            does not count (`proto_ddf.resilience.queue_time`).
        slow_call_rate: share of slow calls that opens, above 0, at most 1.

    Raises:
        BadArgumentError: a ValueError, for numbers with which it could never, or always, open.
    """

    kind: Literal["count", "time"]
    size: float
    minimum_calls: int
    failure_rate: float = 0.5
    slow_call_seconds: float | None = None
    slow_call_rate: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in ("count", "time"):
            raise BadArgumentError("kind", 'be "count" or "time"', self.kind)
        check_count("minimum_calls", self.minimum_calls, 1)
        check_positive("size", self.size)
        if self.kind == "count" and (self.size != int(self.size) or self.size < self.minimum_calls):
            may_be = f"be a whole number of calls, at least minimum_calls ({self.minimum_calls})"
            raise BadArgumentError("size", may_be, self.size)
        check_fraction("failure_rate", self.failure_rate)
        check_fraction("slow_call_rate", self.slow_call_rate)
        if self.slow_call_seconds is not None:
            check_positive("slow_call_seconds", self.slow_call_seconds)

    def is_slow(self, seconds: float) -> bool:
        return self.slow_call_seconds is not None and seconds > self.slow_call_seconds


@dataclass(frozen=True)
class WindowSnapshot:
    """The calls in a window at one moment."""

    window: Window
    calls: int
    failed: int
    slow: int

    @property
    def failure_rate(self) -> float:
        return self.failed / self.calls if self.calls else 0.0

    @property
    def slow_call_rate(self) -> float:
        return self.slow / self.calls if self.calls else 0.0

    def reason_to_open(self) -> str:
        """In a few words, the failures first; empty when there is none."""
        if self.calls < self.window.minimum_calls:
            return ""
        if self.failure_rate >= self.window.failure_rate:
            return f"{self.failed} of {self.calls} calls failed"
        limit = self.window.slow_call_seconds
        if limit is not None and self.slow_call_rate >= self.window.slow_call_rate:
            return f"{self.slow} of {self.calls} calls took longer than {limit:g} s"
        return ""


@dataclass(slots=True)
class _Slice:
    """Calls that are forgotten together."""

    number: int
    calls: int = 0
    failed: int = 0
    slow: int = 0


class RollingCounts:
    """Counts the calls of a window. Not thread-safe: its breaker's lock guards it.

    A window of calls has one slice a call, one of time `_SLICES` at most; totals are kept along the way,
    so that a look costs the same however many calls there were.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self.clear()

    def clear(self) -> None:
        self._slices: deque[_Slice] = deque()
        self._total = _Slice(0)

    def record(self, now: float, *, failed: bool, slow: bool) -> None:
        """One call that ended at `now` (seconds, monotonic)."""
        current = self._current(now)
        for counts in (current, self._total):
            counts.calls += 1
            counts.failed += failed
            counts.slow += slow

    def snapshot(self, now: float) -> WindowSnapshot:
        if self._window.kind == "time":
            self._forget(self._number(now) - _SLICES)
        total = self._total
        return WindowSnapshot(self._window, total.calls, total.failed, total.slow)

    def _current(self, now: float) -> _Slice:
        """The slice for a call that ends now; what is too old is gone."""
        if self._window.kind == "count":
            number = self._slices[-1].number + 1 if self._slices else 0
            self._forget(number - int(self._window.size))
        else:
            number = self._number(now)
            self._forget(number - _SLICES)
            if self._slices and self._slices[-1].number == number:
                return self._slices[-1]
        self._slices.append(_Slice(number))
        return self._slices[-1]

    def _number(self, now: float) -> int:
        return int(now / self._window.size * _SLICES)

    def _forget(self, last: int) -> None:
        """Drop the slices up to number `last`."""
        while self._slices and self._slices[0].number <= last:
            old = self._slices.popleft()
            self._total.calls -= old.calls
            self._total.failed -= old.failed
            self._total.slow -= old.slow
