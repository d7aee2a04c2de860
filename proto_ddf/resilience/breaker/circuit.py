"""The state machine of a circuit breaker.

    CLOSED --failure_threshold consecutive failures, or a rate of the window--> OPEN
    OPEN --after reset_timeout--> HALF_OPEN: half_open_max_calls concurrent calls, the probes, are permitted
    HALF_OPEN --success_threshold consecutive probes succeed--> CLOSED;  --one fails--> OPEN

No timer makes the transition from OPEN to HALF_OPEN. The first call, read of `state` or `snapshot()` after
reset_timeout makes it and notifies the listeners, so that state and events agree.

Every transition starts a new generation. The result of a call from an older generation is dropped. A probe holds a
lease that ends after probe_timeout; then another probe may start, and the result of the first one is dropped.

The lock protects only the breaker's own data and is never held during a call. It is re-entrant because the garbage
collector or a signal handler may end another call of the same breaker while the lock is held. An abandoned call
releases its lease without the lock.

Code that runs without the lock relies on CPython's global interpreter lock: these are atomic: reading an
attribute, counting with a `Counter`, and discarding from or listing a set of objects that hash by identity.
A call through a closed breaker without failures takes no lock: it reads `_fast_entry` when it begins and `_fast_exit`
when it ends. Each is a single read, so a transition by another thread comes either before or after it.
"""

import threading
import time
from collections.abc import Callable
from typing import Self

from proto_ddf.resilience.arguments import (
    BadArgumentError,
    check_count,
    check_function,
    check_not_negative,
    check_positive,
)
from proto_ddf.resilience.breaker.circuit_open import CircuitOpenError
from proto_ddf.resilience.breaker.outcome import Outcome, classify_outcome
from proto_ddf.resilience.breaker.permit import Permit
from proto_ddf.resilience.breaker.snapshot import BreakerSnapshot, BreakerState, Transition
from proto_ddf.resilience.breaker.transition_log import TransitionLog
from proto_ddf.resilience.breaker.window import RollingCounts, SlidingWindow
from proto_ddf.resilience.counter import Counter
from proto_ddf.resilience.is_transient import is_transient

_CLOSED, _OPEN, _HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


class Circuit:
    """Admits calls and records their outcomes; see CircuitBreaker for the arguments."""

    __slots__ = (
        "__weakref__",
        "_calls",
        "_cause",
        "_clock",
        "_count_call",
        "_counts",
        "_failed",
        "_failures",
        "_fast_entry",
        "_fast_exit",
        "_forced",
        "_generation",
        "_is_failure",
        "_last_failure",
        "_leases",
        "_lock",
        "_opened_at",
        "_refused",
        "_shared",
        "_state",
        "_successes",
        "_timed",
        "_transitions",
        "failure_threshold",
        "half_open_max_calls",
        "name",
        "probe_timeout",
        "reset_timeout",
        "success_threshold",
        "window",
    )

    def __init__(
        self,
        name: str,
        *,
        failure_threshold: int = 5,
        success_threshold: int = 3,
        reset_timeout: float = 30.0,
        half_open_max_calls: int = 1,
        probe_timeout: float = 30.0,
        window: SlidingWindow | None = None,
        is_failure: Callable[[Exception], bool] | None = None,
        history_seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise BadArgumentError("name", "be a text", name)
        check_count("failure_threshold", failure_threshold, 1)
        check_count("success_threshold", success_threshold, 1)
        check_count("half_open_max_calls", half_open_max_calls, 1)
        check_not_negative("reset_timeout", reset_timeout)
        check_positive("probe_timeout", probe_timeout)
        check_not_negative("history_seconds", history_seconds)
        if window is not None and not isinstance(window, SlidingWindow):
            raise BadArgumentError("window", "be a SlidingWindow", window)
        if is_failure is not None:
            check_function("is_failure", is_failure)
        check_function("clock", clock)
        self.name = name
        self.failure_threshold = failure_threshold
        self.success_threshold = success_threshold
        self.reset_timeout = reset_timeout
        self.half_open_max_calls = half_open_max_calls
        self.probe_timeout = probe_timeout
        self.window = window
        self._is_failure = is_failure or is_transient
        self._clock = clock
        self._lock = threading.RLock()
        self._transitions = TransitionLog(history_seconds)
        self._timed = window is not None and window.slow_call_seconds is not None
        self._counts = RollingCounts(window) if window else None
        self._leases: set[Permit] = set()
        self._generation = 0
        self._failures = self._successes = self._failed = self._refused = 0
        self._calls = Counter()
        # Callers first copy it into a local variable: that is faster than a method call on an attribute in a slot.
        self._count_call = self._calls.increment
        self._last_failure = self._cause = ""
        self._opened_at = 0.0
        self._forced = False
        self._shared: Permit | None = None
        """The one permit of all calls while the breaker is closed. `_fast_entry` is the same permit if calls are not
        timed, and `_fast_exit` is the same permit if a success changes nothing."""
        self._fast_entry: Permit | None = None
        self._fast_exit: Permit | None = None
        self._state = _CLOSED
        self._set_state(_CLOSED, "")

    @property
    def state(self) -> BreakerState:
        """The current state. Reading it after reset_timeout makes an open breaker half-open."""
        if self._state is _OPEN:
            with self._lock:
                self._half_open_if_due()
            self._notify_listeners()
        return self._state

    @property
    def failures(self) -> int:
        """Consecutive failures so far."""
        return self._failures

    def snapshot(self) -> BreakerSnapshot:
        with self._lock:
            self._half_open_if_due()
            now = self._clock()
            snapshot = BreakerSnapshot(
                name=self.name,
                state=self._state,
                forced=self._forced,
                failures=self._failures,
                successes=self._successes,
                calls=self._calls.value(),
                failed=self._failed,
                refused=self._refused,
                last_failure=self._last_failure,
                retry_after=self._seconds_until_admitted(now),
                window=self._counts.snapshot(now) if self._counts else None,
                transitions=self._transitions.recent(now),
            )
        self._notify_listeners()
        return snapshot

    def add_listener(self, listener: Callable[[Self, Transition], None]) -> Callable[[], None]:
        """Call `listener` once for each transition, in order. Returns a function that removes it.

        The listener runs outside the lock, in the thread of the call that made the transition or that was already
        notifying, and should be quick. Its exceptions are logged.
        """
        return self._transitions.add_listener(listener)

    def reset(self) -> None:
        """Close the breaker by hand. The results of running calls are dropped; totals stay."""
        with self._lock:
            self._set_state(_CLOSED, "reset by hand")
        self._notify_listeners()

    def force_open(self) -> None:
        """Open the breaker by hand, until `reset()`."""
        with self._lock:
            self._open("", "opened by hand")
            self._forced = True
        self._notify_listeners()

    def _admit(self) -> Permit:
        """The permit of a call when there is no `_fast_entry`. Raises CircuitOpenError."""
        permit = None
        with self._lock:
            self._half_open_if_due()
            now = self._clock()
            wait, cause, forced = self._seconds_until_admitted(now), self._cause, self._forced
            if self._state is _OPEN or wait > 0:
                self._refused += 1
            elif self._state is _HALF_OPEN:
                permit = Permit(self._generation, now + self.probe_timeout)
                self._leases.add(permit)
            else:
                permit = self._fast_entry or Permit(self._generation)
        self._notify_listeners()
        if permit is None:
            raise CircuitOpenError(self.name, wait, cause, forced=forced)
        if self._timed:
            permit.start_timing(now)
        return permit

    def _end(self, permit: Permit, error: BaseException | None) -> None:
        """Record the outcome of a call."""
        seconds = permit.stop_timing(self._clock) if self._timed else 0.0
        outcome, title = classify_outcome(error, self._is_failure)
        if outcome is Outcome.IGNORED:
            self._leases.discard(permit)
            return
        failed = outcome is Outcome.FAILURE
        with self._lock:
            if failed:
                self._failed += 1
                self._last_failure = title
            if self._still_counts(permit):
                self._record(failed, bool(self.window and self.window.is_slow(seconds)))
        self._notify_listeners()

    def _still_counts(self, permit: Permit) -> bool:
        """False for a late result. Releases the lease of a probe."""
        self._leases.discard(permit)
        if permit.generation != self._generation:
            return False
        return permit.lease_until is None or self._clock() < permit.lease_until

    def _record(self, failed: bool, slow: bool) -> None:
        if failed:
            self._fast_exit = None
        self._failures = self._failures + 1 if failed else 0
        if self._state is _HALF_OPEN:
            self._record_probe(failed, slow)
        elif self._counts:
            now = self._clock()
            self._counts.record(now, failed=failed, slow=slow)
            if reason := self._counts.snapshot(now).reason_to_open():
                self._open(reason, reason)
        elif self._failures >= self.failure_threshold:
            cause = self._last_failure.lower()
            self._open(cause, f"{self._failures} consecutive failures ({cause})")
        elif not failed:
            self._fast_exit = self._shared

    def _record_probe(self, failed: bool, slow: bool) -> None:
        if failed:
            cause = self._last_failure.lower()
            self._open(cause, f"a probe failed ({cause})")
        elif slow:
            self._open("slow answers", "a probe was slow")
        else:
            self._successes += 1
            if self._successes >= self.success_threshold:
                self._set_state(_CLOSED, f"{self._successes} consecutive probes succeeded")

    def _open(self, cause: str, reason: str) -> None:
        self._set_state(_OPEN, reason)
        self._cause = cause

    def _half_open_if_due(self) -> None:
        """Make an open breaker half-open after reset_timeout."""
        if (
            self._state is _OPEN
            and not self._forced
            and self._seconds_until_admitted(self._clock()) <= 0
        ):
            self._set_state(_HALF_OPEN, f"{self.reset_timeout:g} s have passed")

    def _seconds_until_admitted(self, now: float) -> float:
        """Seconds until the next call can be admitted."""
        if self._state is _CLOSED:
            return 0.0
        if self._state is _OPEN:
            since = now if self._forced else self._opened_at
            return max(0.0, since + self.reset_timeout - now)
        ends = [lease.lease_until or now for lease in list(self._leases)]
        running = [end for end in ends if end > now]
        return min(running) - now if len(running) >= self.half_open_max_calls else 0.0

    def _set_state(self, after: BreakerState, reason: str) -> None:
        # First: from here on every call takes the lock, so that none is admitted by the old state.
        self._fast_entry = self._fast_exit = None
        now, before, self._state = self._clock(), self._state, after
        self._generation += 1
        self._leases.clear()
        self._successes = 0
        self._forced = False
        if after is _OPEN:
            self._opened_at = now
        if after is _CLOSED:
            self._failures = 0
            if self._counts:
                self._counts.clear()
        self._shared = Permit(self._generation) if after is _CLOSED else None
        self._fast_entry = None if self._timed else self._shared
        self._fast_exit = None if self._counts else self._shared
        if before is not after:
            self._transitions.add(now, Transition(time.time(), before, after, reason))

    def _notify_listeners(self) -> None:
        self._transitions.notify(self.name, self)
