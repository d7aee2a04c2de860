"""Sliding windows: the rates of failed and of slow calls among the last calls of a target.

The model is that of resilience4j: count- and time-based windows, a minimum number of calls, and slow calls
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
"""Parts of a time window. Calls are dropped a slice at a time, so that memory does not grow with the traffic."""


@dataclass(frozen=True)
class SlidingWindow:
    """The condition that opens a breaker: the window has at least `minimum_calls` calls, and one rate is reached.

    Args:
        kind: "count" for the last `size` calls, "time" for the calls of the last `size` seconds.
        size: calls, or seconds. A time window drops a call after 99 to 100 % of its size.
        minimum_calls: with fewer calls in the window, the breaker stays closed.
        failure_rate: fraction of failed calls that opens the breaker, above 0, at most 1.
        slow_call_seconds: longer calls are slow; None if no call is. Time in Proto-DDF's own queues
            is subtracted (`proto_ddf.resilience.queue_time`).
        slow_call_rate: fraction of slow calls that opens the breaker, above 0, at most 1.

    Raises:
        BadArgumentError: a ValueError, for values with which the breaker would open never, or always.
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

    window: SlidingWindow
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
        """The rate that is reached, in a few words; empty if none is. Failures are checked before slow calls."""
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
    """Counts of calls that leave the window together."""

    number: int
    calls: int = 0
    failed: int = 0
    slow: int = 0


class RollingCounts:
    """Counts the calls of a window. Not thread-safe: used under the breaker's lock.

    A count window has one slice per call, a time window at most `_SLICES`. Totals are updated with every call,
    so that a snapshot takes the same time however many calls there are.
    """

    def __init__(self, window: SlidingWindow) -> None:
        self._window = window
        self.clear()

    def clear(self) -> None:
        self._slices: deque[_Slice] = deque()
        self._total = _Slice(0)

    def record(self, now: float, *, failed: bool, slow: bool) -> None:
        """Count one call that ended at `now` (seconds, monotonic)."""
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
        """The slice for a call that ends now. Drops slices that are too old."""
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
