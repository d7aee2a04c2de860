"""When the breaker opens, and which errors count."""

import asyncio
from typing import Any

import pytest
import structlog

from proto_ddf.errors import IntegrationError, ValidationError, classify
from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError
from proto_ddf.resilience.call_refused import CallRefusedError
from tests.unit.resilience.breakers import (
    CLOSED,
    OPEN,
    Clock,
    Way,
    every_way,
    fail,
    fail_times,
    succeed_times,
    trip,
)


class TestOpening:
    def test_lets_calls_through_with_their_arguments(self, breaker: CircuitBreaker) -> None:
        assert breaker.call_sync(lambda first, second: first + second, 1, second=2) == 3
        assert breaker.state is CLOSED

    def test_a_function_may_have_arguments_of_any_name(self, breaker: CircuitBreaker) -> None:
        assert breaker.call_sync(dict, fn=1, self=2) == {"fn": 1, "self": 2}

    def test_opens_after_so_many_failures_in_a_row(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 2)
        assert breaker.state is CLOSED
        fail_times(breaker, 1)
        assert breaker.state is OPEN

    def test_a_success_in_between_starts_the_count_anew(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 2)
        succeed_times(breaker, 1)
        fail_times(breaker, 2)
        assert (breaker.state, breaker.failures) == (CLOSED, 2)

    def test_open_it_calls_nothing_and_says_when_to_come_back(
        self, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        trip(breaker)
        clock.now += 10
        calls: list[int] = []
        with pytest.raises(CircuitOpenError) as caught:
            breaker.call_sync(calls.append, 1)
        assert calls == []
        assert caught.value.retry_after == pytest.approx(20)
        assert (caught.value.code, caught.value.system) == ("circuit_open", "shop")
        assert isinstance(caught.value, IntegrationError)

    def test_open_it_says_what_failed(self, breaker: CircuitBreaker) -> None:
        trip(breaker)
        with pytest.raises(CircuitOpenError) as caught:
            breaker.call_sync(int)
        assert "(no connection), so calls to it are paused" in classify(caught.value).message

    def test_the_defaults(self) -> None:
        breaker = CircuitBreaker("defaults")
        assert (breaker.failure_threshold, breaker.success_threshold) == (5, 3)
        assert (breaker.reset_timeout, breaker.probe_timeout) == (30.0, 30.0)
        assert (breaker.half_open_max_calls, breaker.window) == (1, None)
        fail_times(breaker, 4)
        assert breaker.state is CLOSED
        fail_times(breaker, 1)
        assert breaker.state is OPEN

    @pytest.mark.parametrize(
        "wrong",
        [
            {"failure_threshold": 0},
            {"success_threshold": 0},
            {"half_open_max_calls": 0},
            {"reset_timeout": -1.0},
            {"reset_timeout": float("nan")},
            {"probe_timeout": 0.0},
        ],
        ids=str,
    )
    def test_senseless_numbers_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            CircuitBreaker("x", **wrong)


class TestWhatCounts:
    @every_way
    def test_failures_in_every_way_of_calling(self, breaker: CircuitBreaker, way: Way) -> None:
        for _ in range(3):
            with pytest.raises(ConnectionError):
                way(breaker, fail)
        assert (breaker.state, breaker.snapshot().failed) == (OPEN, 3)
        with pytest.raises(CircuitOpenError):
            way(breaker, lambda: pytest.fail("it was called"))
        assert breaker.snapshot().refused == 1

    @every_way
    def test_successes_in_every_way_of_calling(self, breaker: CircuitBreaker, way: Way) -> None:
        fail_times(breaker, 2)
        assert way(breaker, lambda: "ok") == "ok"
        assert breaker.failures == 0

    @pytest.mark.parametrize(
        "error",
        [
            ValueError("bad"),
            PermissionError(13, "no"),
            ValidationError("no", field="name", value=""),
            IntegrationError("no", code="authentication_failed", system="x", operation="log in"),
        ],
        ids=repr,
    )
    def test_other_errors_are_answers(self, breaker: CircuitBreaker, error: Exception) -> None:
        fail_times(breaker, 2)
        with pytest.raises(type(error)):
            breaker.call_sync(fail, error)
        assert (breaker.state, breaker.failures) == (CLOSED, 0)

    @every_way
    @pytest.mark.parametrize(
        "error",
        [
            GeneratorExit(),
            asyncio.CancelledError(),
            BaseExceptionGroup("both", [asyncio.CancelledError(), ConnectionError()]),
            CircuitOpenError("another", 3.0),
            CallRefusedError("full", system="shop", operation="call"),
            ExceptionGroup("all", [CircuitOpenError("another", 3.0)]),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_cancellations_and_refusals_are_nothing(
        self, breaker: CircuitBreaker, way: Way, error: BaseException
    ) -> None:
        fail_times(breaker, 2)
        with pytest.raises(type(error)):
            way(breaker, lambda: fail(error))
        assert (breaker.state, breaker.failures) == (CLOSED, 2)

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)], ids=repr)
    def test_the_end_of_the_program_is_nothing(
        self, breaker: CircuitBreaker, error: BaseException
    ) -> None:
        fail_times(breaker, 2)
        with pytest.raises(type(error)):
            breaker.call_sync(fail, error)
        assert (breaker.state, breaker.failures) == (CLOSED, 2)

    def test_is_failure_decides_instead(self, clock: Clock) -> None:
        breaker = CircuitBreaker(
            "x",
            failure_threshold=1,
            clock=clock,
            is_failure=lambda error: isinstance(error, KeyError),
        )
        fail_times(breaker, 3)
        assert breaker.state is CLOSED
        with pytest.raises(KeyError):
            breaker.call_sync(fail, KeyError("x"))
        assert breaker.state is OPEN

    def test_is_failure_is_not_asked_about_refusals(self, clock: Clock) -> None:
        breaker = CircuitBreaker(
            "x", failure_threshold=1, clock=clock, is_failure=lambda error: True
        )
        for error in (CircuitOpenError("y", 1.0), CallRefusedError("", system="", operation="")):
            with pytest.raises(type(error)):
                breaker.call_sync(fail, error)
        assert breaker.state is CLOSED

    def test_an_is_failure_that_raises_hides_no_error_and_frees_the_probe(
        self, clock: Clock
    ) -> None:
        def is_failure(error: Exception) -> bool:
            if isinstance(error, KeyError):
                raise AttributeError("status")
            return True

        breaker = CircuitBreaker("x", failure_threshold=1, clock=clock, is_failure=is_failure)
        trip(breaker)
        clock.now += 30
        with structlog.testing.capture_logs() as lines, pytest.raises(KeyError):
            breaker.call_sync(fail, KeyError("lost"))
        assert [line["error"] for line in lines if line["event"] == "is_failure raised"] == [
            "status"
        ]
        succeed_times(breaker, 3)
        assert breaker.state is CLOSED
