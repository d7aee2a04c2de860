"""The breaker's snapshot."""

import time

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Clock,
    call_in_progress,
    fail,
    fail_times,
    succeed_times,
    trip,
)


class TestSnapshot:
    def test_of_a_new_one(self, breaker: CircuitBreaker) -> None:
        snapshot = breaker.snapshot()
        assert (snapshot.name, snapshot.state, snapshot.forced) == ("shop", CLOSED, False)
        assert (snapshot.failures, snapshot.successes) == (0, 0)
        assert (snapshot.calls, snapshot.failed, snapshot.refused) == (0, 0, 0)
        assert snapshot.last_failure == ""
        assert (snapshot.retry_after, snapshot.window, snapshot.transitions) == (0.0, None, ())

    def test_counts_and_the_last_failure(self, breaker: CircuitBreaker, clock: Clock) -> None:
        succeed_times(breaker, 4)
        for error in (TimeoutError(), ConnectionError(), ValueError()):
            with pytest.raises(type(error)):
                breaker.call_sync(fail, error)
        trip(breaker)
        clock.now += 12
        for _ in range(2):
            with pytest.raises(CircuitOpenError):
                breaker.call_sync(int)
        for _ in range(2):  # looking changes nothing
            snapshot = breaker.snapshot()
            assert (snapshot.calls, snapshot.failed, snapshot.refused) == (10, 5, 2)
            assert (snapshot.failures, snapshot.last_failure) == (3, "No connection")
            assert snapshot.retry_after == pytest.approx(18)

    def test_the_time_until_a_probe(self, half_open: CircuitBreaker, clock: Clock) -> None:
        assert half_open.snapshot().retry_after == 0.0
        with call_in_progress(half_open):
            clock.now += 10
            assert half_open.snapshot().retry_after == pytest.approx(20)
        assert half_open.snapshot().retry_after == 0.0

    def test_transitions_say_why(self, breaker: CircuitBreaker, clock: Clock) -> None:
        started = time.time()
        trip(breaker)
        clock.now += 30
        fail_times(breaker, 1)
        clock.now += 30
        succeed_times(breaker, 2)
        breaker.force_open()
        breaker.reset()
        found = breaker.snapshot().transitions
        assert [(one.before, one.after, one.reason) for one in found] == [
            (CLOSED, OPEN, "3 consecutive failures (no connection)"),
            (OPEN, HALF_OPEN, "30 s have passed"),
            (HALF_OPEN, OPEN, "a probe failed (no connection)"),
            (OPEN, HALF_OPEN, "30 s have passed"),
            (HALF_OPEN, CLOSED, "2 consecutive probes succeeded"),
            (CLOSED, OPEN, "opened by hand"),
            (OPEN, CLOSED, "reset by hand"),
        ]
        assert [one.at for one in found] == pytest.approx([started] * 7, abs=60)

    def test_transitions_are_kept_for_a_while(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", history_seconds=100, clock=clock)
        breaker.force_open()
        clock.now += 60
        breaker.reset()
        clock.now += 40
        assert len(breaker.snapshot().transitions) == 2
        clock.now += 1
        assert [one.after for one in breaker.snapshot().transitions] == [CLOSED]

    def test_fifty_transitions_are_kept(self, breaker: CircuitBreaker) -> None:
        for _ in range(40):
            breaker.force_open()
            breaker.reset()
        found = breaker.snapshot().transitions
        assert (len(found), found[-1].after) == (50, CLOSED)

    def test_by_default_three_hundred_seconds(self, breaker: CircuitBreaker, clock: Clock) -> None:
        breaker.force_open()
        clock.now += 300
        assert len(breaker.snapshot().transitions) == 1
        clock.now += 0.1
        assert breaker.snapshot().transitions == ()
