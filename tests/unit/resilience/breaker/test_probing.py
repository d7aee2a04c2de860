"""Which calls are admitted while the breaker is open or half-open."""

import asyncio

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Clock,
    Way,
    call_in_progress,
    every_way,
    fail,
    fail_times,
    succeed_times,
    trip,
)


class TestProbing:
    def test_when_the_time_is_up_it_is_half_open(
        self, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        trip(breaker)
        clock.now += 29.9
        assert breaker.state is OPEN
        clock.now += 0.1
        assert breaker.state is HALF_OPEN

    def test_closes_after_so_many_successes(self, half_open: CircuitBreaker) -> None:
        assert half_open.call_sync(lambda: "ok") == "ok"
        assert (half_open.state, half_open.snapshot().successes) == (HALF_OPEN, 1)
        assert half_open.call_sync(lambda: "ok") == "ok"
        assert (half_open.state, half_open.failures) == (CLOSED, 0)

    def test_a_probe_that_fails_opens_it_for_the_whole_time(
        self, half_open: CircuitBreaker, clock: Clock
    ) -> None:
        succeed_times(half_open, 1)
        fail_times(half_open, 1)
        assert half_open.state is OPEN
        with pytest.raises(CircuitOpenError) as caught:
            half_open.call_sync(int)
        assert caught.value.retry_after == pytest.approx(30)
        clock.now += 30
        succeed_times(half_open, 1)
        assert half_open.state is HALF_OPEN, "successes of the last time do not count"

    def test_an_error_that_is_an_answer_is_a_success(self, half_open: CircuitBreaker) -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match="bad"):
                half_open.call_sync(fail, ValueError("bad"))
        assert half_open.state is CLOSED

    @every_way
    @pytest.mark.parametrize(
        "error", [asyncio.CancelledError(), CircuitOpenError("other", 3), GeneratorExit()], ids=repr
    )
    def test_a_probe_that_learnt_nothing_makes_room_for_the_next(
        self, half_open: CircuitBreaker, way: Way, error: BaseException
    ) -> None:
        with pytest.raises(type(error)):
            way(half_open, lambda: fail(error))
        assert (half_open.state, half_open.snapshot().successes) == (HALF_OPEN, 0)
        for _ in range(2):
            assert way(half_open, lambda: "ok") == "ok"
        assert half_open.state is CLOSED

    @every_way
    def test_while_a_probe_runs_others_are_refused(
        self, half_open: CircuitBreaker, way: Way
    ) -> None:
        def probe() -> None:
            with pytest.raises(CircuitOpenError) as caught:
                half_open.call_sync(int)
            assert caught.value.retry_after == pytest.approx(half_open.probe_timeout)

        way(half_open, probe)
        assert half_open.snapshot().refused == 1
        succeed_times(half_open, 1)
        assert half_open.state is CLOSED

    def test_as_many_at_once_as_allowed(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", half_open_max_calls=3, clock=clock)
        trip(breaker)
        clock.now += 30
        with (
            call_in_progress(breaker),
            call_in_progress(breaker),
            call_in_progress(breaker),
            pytest.raises(CircuitOpenError),
        ):
            breaker.call_sync(int)
        assert breaker.state is CLOSED

    def test_an_open_time_of_zero_probes_at_once(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", failure_threshold=1, reset_timeout=0, clock=clock)
        fail_times(breaker, 1)
        assert breaker.state is HALF_OPEN
