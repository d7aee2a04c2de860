"""The breaker against a simple model of it, over any order of events."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError, SlidingWindow
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.resilience.queue_time import queue_time, record_queue_time
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    BreakerState,
    Clock,
    Suspended,
    fail_times,
)

RESET_TIMEOUT, PROBE_TIMEOUT, SLOW = 30.0, 45.0, 2.0
"""A lease is longer than the open time, so that one from before could take a place later."""
ENDS: dict[str, list[BaseException | None]] = {
    "success": [None, ValueError()],
    "failure": [ConnectionError(), TimeoutError()],
    "nothing": [
        asyncio.CancelledError(),
        GeneratorExit(),
        CircuitOpenError("another", 1.0),
        CallRefusedError("full", system="x", operation="call"),
    ],
}


@dataclass
class Call:
    """A running call in the model."""

    coroutine: Any
    era: int
    began: float
    lease_until: float | None
    record_queue_time: float = 0.0


class BreakerMachine(RuleBasedStateMachine):
    """Overlapping calls, results in any order, cancellations, reset and force by hand, passing time.
    The model is written from the description of the breaker, not from its code."""

    calls: list[Call]

    @initialize(
        threshold=st.integers(1, 4),
        successes_needed=st.integers(1, 3),
        places=st.integers(1, 3),
        window=st.sampled_from(
            [
                None,
                SlidingWindow("count", 6, minimum_calls=4),
                SlidingWindow("time", 50.0, minimum_calls=3, failure_rate=0.7),
                SlidingWindow(
                    "count", 5, minimum_calls=3, slow_call_seconds=SLOW, slow_call_rate=0.6
                ),
            ]
        ),
    )
    def make(
        self, threshold: int, successes_needed: int, places: int, window: SlidingWindow | None
    ) -> None:
        self.clock = Clock()
        self.threshold, self.successes_needed, self.places = threshold, successes_needed, places
        self.window = window
        self.breaker = CircuitBreaker(
            "x",
            failure_threshold=threshold,
            success_threshold=successes_needed,
            reset_timeout=RESET_TIMEOUT,
            half_open_max_calls=places,
            probe_timeout=PROBE_TIMEOUT,
            window=window,
            clock=self.clock,
        )
        self.told: list[tuple[BreakerState, BreakerState]] = []
        self.breaker.add_listener(lambda _, change: self.told.append((change.before, change.after)))
        self.state, self.forced, self.opened_at = CLOSED, False, 0.0
        self.failures = self.successes = self.era = 0
        self.recent: list[tuple[float, bool, bool]] = []
        """When each call ended that counts for the window, whether it failed, whether it was slow."""
        self.changes: list[tuple[BreakerState, BreakerState]] = []
        self.admitted = self.failed = self.refused = 0
        self.calls = []

    def change(self, after: BreakerState) -> None:
        if after is not self.state:
            self.changes.append((self.state, after))
        self.state, self.forced, self.successes, self.era = after, False, 0, self.era + 1
        if after is OPEN:
            self.opened_at = self.clock.now
        if after is CLOSED:
            self.failures, self.recent = 0, []

    def notice_time(self) -> None:
        due = self.clock.now >= self.opened_at + RESET_TIMEOUT
        if self.state is OPEN and not self.forced and due:
            self.change(HALF_OPEN)

    def leases(self) -> list[float]:
        return [
            call.lease_until
            for call in self.calls
            if call.era == self.era and call.lease_until and call.lease_until > self.clock.now
        ]

    def wait(self) -> float:
        if self.state is OPEN:
            return RESET_TIMEOUT if self.forced else self.opened_at + RESET_TIMEOUT - self.clock.now
        if self.state is HALF_OPEN and len(self.leases()) >= self.places:
            return min(self.leases()) - self.clock.now
        return 0.0

    @rule()
    def start_call(self) -> None:
        coroutine = self.breaker.call(Suspended)
        self.notice_time()
        if wait := self.wait():
            with pytest.raises(CircuitOpenError) as caught:
                coroutine.send(None)
            assert caught.value.retry_after == pytest.approx(wait)
            self.refused += 1
            return
        coroutine.send(None)
        lease = self.clock.now + PROBE_TIMEOUT if self.state is HALF_OPEN else None
        self.calls.append(Call(coroutine, self.era, self.clock.now, lease))
        self.admitted += 1

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), end=st.sampled_from(list(ENDS)))
    def end_call(self, data: st.DataObject, end: str) -> None:
        call = self.calls[data.draw(st.integers(0, len(self.calls) - 1))]
        error = data.draw(st.sampled_from(ENDS[end]))
        with pytest.raises(type(error) if error else StopIteration):
            call.coroutine.throw(error) if error else call.coroutine.send(None)
        if end == "failure":
            self.failed += 1
        expired = call.lease_until is not None and call.lease_until <= self.clock.now
        if call.era == self.era and not expired and end != "nothing":
            slow = self.clock.now - call.began - call.record_queue_time > SLOW
            timed = self.window is not None and self.window.slow_call_seconds is not None
            self.count(end == "failure", slow and timed)
        self.calls.remove(call)

    def count(self, failed: bool, slow: bool) -> None:
        self.failures = self.failures + 1 if failed else 0
        if self.state is HALF_OPEN:
            if failed or slow:
                self.change(OPEN)
            else:
                self.successes += 1
                if self.successes == self.successes_needed:
                    self.change(CLOSED)
        elif self.window is None:
            if self.failures >= self.threshold:
                self.change(OPEN)
        else:
            self.recent.append((self.clock.now, failed, slow))
            self.classify_outcome(self.window)

    def inside(self) -> list[tuple[float, bool, bool]]:
        if self.window is None or self.window.kind == "count":
            return self.recent[-int(self.window.size) :] if self.window else []
        return [one for one in self.recent if one[0] > self.clock.now - self.window.size]

    def classify_outcome(self, window: SlidingWindow) -> None:
        calls, failed, slow = map(len, (self.inside(), *self.split()))
        if calls >= window.minimum_calls and (
            failed >= window.failure_rate * calls
            or (window.slow_call_seconds and slow >= window.slow_call_rate * calls)
        ):
            self.change(OPEN)

    def split(self) -> tuple[list[Any], list[Any]]:
        return [one for one in self.inside() if one[1]], [one for one in self.inside() if one[2]]

    @rule(seconds=st.sampled_from([1.0, 3.0, PROBE_TIMEOUT, RESET_TIMEOUT, 50.0]))
    def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(seconds=st.sampled_from([1.0, 3.0]))
    def stand_in_a_queue(self, seconds: float) -> None:
        """All running calls, since they share this test's context."""
        self.clock.now += seconds
        record_queue_time(seconds)
        for call in self.calls:
            call.record_queue_time += seconds

    @rule()
    def open_and_wait(self) -> None:
        """A path to half-open that random choices rarely find."""
        if self.window is None:
            self.reset()
            fail_times(self.breaker, self.threshold)
            self.admitted += self.threshold
            self.failed += self.threshold
            self.failures = self.threshold
            self.change(OPEN)
            self.pass_time(RESET_TIMEOUT)

    @rule()
    def reset(self) -> None:
        self.breaker.reset()
        self.change(CLOSED)

    @rule()
    def force_open(self) -> None:
        self.breaker.force_open()
        self.change(OPEN)
        self.forced = True

    @rule()
    def look(self) -> None:
        self.notice_time()
        assert self.breaker.state is self.state
        snapshot = self.breaker.snapshot()
        assert (snapshot.state, snapshot.forced) == (self.state, self.forced)
        assert (snapshot.failures, snapshot.successes) == (self.failures, self.successes)
        assert snapshot.retry_after == pytest.approx(self.wait())
        if self.window:
            counts = snapshot.window
            assert counts is not None
            failed, slow = self.split()
            assert (counts.calls, counts.failed, counts.slow) == (
                len(self.inside()),
                len(failed),
                len(slow),
            )
        assert (snapshot.calls, snapshot.failed, snapshot.refused) == (
            self.admitted,
            self.failed,
            self.refused,
        )

    @invariant()
    def told_of_each_change_once(self) -> None:
        if hasattr(self, "told"):
            assert self.told == self.changes

    @invariant()
    def never_has_more_probes_than_places(self) -> None:
        if hasattr(self, "told") and self.state is HALF_OPEN:
            assert len(self.leases()) <= self.places

    def teardown(self) -> None:
        for call in getattr(self, "calls", []):
            call.coroutine.close()
        assert queue_time.get() is None


BreakerMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestAnyOrderOfEvents = BreakerMachine.TestCase
