"""The breaker: when it opens, who is let through, what it tells about itself."""

import asyncio
import functools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog

from proto_ddf.errors import IntegrationError, ValidationError, classify
from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError, Transition
from proto_ddf.resilience.call_refused import CallRefusedError
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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker("shop", failure_threshold=3, success_threshold=2, clock=clock)


@pytest.fixture
def half_open(breaker: CircuitBreaker, clock: Clock) -> CircuitBreaker:
    trip(breaker)
    clock.now += 30
    return breaker


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


class TestDecorator:
    def test_keeps_the_name_and_the_kind_of_a_function(self, breaker: CircuitBreaker) -> None:
        @breaker
        def work(value: int) -> int:
            """Doubles."""
            return value * 2

        @breaker
        async def work_async(value: int) -> int:
            return value * 2

        assert (work.__name__, work.__doc__, work(2)) == ("work", "Doubles.", 4)
        assert asyncio.iscoroutinefunction(work_async)
        assert asyncio.run(work_async(2)) == 4

    def test_methods(self, breaker: CircuitBreaker) -> None:
        class Shop:
            factor = 3

            @breaker
            def price(self, value: int) -> int:
                return value * self.factor

        assert Shop().price(2) == 6

    def test_partials_and_callable_objects_that_are_awaited(self, breaker: CircuitBreaker) -> None:
        async def lost(error: Exception) -> None:
            await asyncio.sleep(0)
            raise error

        class Lost:
            async def __call__(self) -> None:
                await lost(ConnectionError())

        async def act() -> None:
            for work in (
                breaker(functools.partial(lost, ConnectionError())),
                breaker(Lost()),
                breaker(lambda: asyncio.ensure_future(lost(ConnectionError()))),
            ):
                with pytest.raises(ConnectionError):
                    await work()

        asyncio.run(act())
        assert (breaker.state, breaker.snapshot().failed) == (OPEN, 3)

    def test_a_coroutine_from_a_sync_call_holds_the_probe_until_it_ends(
        self, half_open: CircuitBreaker
    ) -> None:
        async def act() -> None:
            waiting = half_open.call_sync(asyncio.sleep, 0, "ok")
            with pytest.raises(CircuitOpenError):
                half_open.call_sync(int)
            assert await waiting == "ok"

        asyncio.run(act())
        assert half_open.snapshot().successes == 1

    def test_generators_are_refused(self, breaker: CircuitBreaker) -> None:
        def rows() -> Iterator[int]:
            yield 1

        async def rows_async() -> Any:
            yield 1

        for function in (rows, rows_async):
            with pytest.raises(TypeError, match="generator"):
                breaker(function)


class TestNestedCalls:
    def test_those_of_one_breaker_each_count(self, breaker: CircuitBreaker) -> None:
        with pytest.raises(ConnectionError):
            breaker.call_sync(breaker.call_sync, breaker.call_sync, fail)
        assert (breaker.state, breaker.snapshot().calls) == (OPEN, 3)

    def test_those_of_two_breakers(self, breaker: CircuitBreaker, clock: Clock) -> None:
        other = CircuitBreaker("other", failure_threshold=1, clock=clock)

        def call_other() -> None:
            with pytest.raises(ConnectionError):
                other.call_sync(fail)

        breaker.call_sync(call_other)
        assert (other.state, breaker.failures) == (OPEN, 0)


class TestByHand:
    def test_reset_closes(self, breaker: CircuitBreaker) -> None:
        trip(breaker)
        breaker.reset()
        assert (breaker.state, breaker.failures) == (CLOSED, 0)
        assert breaker.call_sync(lambda: 1) == 1

    def test_forced_open_it_stays_open_until_it_is_reset(
        self, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        breaker.force_open()
        for _ in range(3):
            clock.now += 1000
            snapshot = breaker.snapshot()
            assert (snapshot.state, snapshot.forced, snapshot.retry_after) == (OPEN, True, 30.0)
            with pytest.raises(CircuitOpenError) as caught:
                breaker.call_sync(int)
            assert caught.value.retry_after == 30.0
            assert "stopped by hand." in classify(caught.value).message
        breaker.reset()
        assert (breaker.state, breaker.snapshot().forced) == (CLOSED, False)
        trip(breaker)
        clock.now += 30
        assert breaker.state is HALF_OPEN

    def test_forced_open_it_stays_open_without_an_open_time(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", reset_timeout=0.0, clock=clock)
        breaker.force_open()
        with pytest.raises(CircuitOpenError):
            breaker.call_sync(int)

    def test_an_open_one_can_be_forced(self, breaker: CircuitBreaker, clock: Clock) -> None:
        trip(breaker)
        breaker.force_open()
        clock.now += 100
        assert breaker.state is OPEN

    def test_while_half_open(self, half_open: CircuitBreaker, clock: Clock) -> None:
        assert half_open.state is HALF_OPEN
        half_open.force_open()
        clock.now += 100
        assert half_open.state is OPEN


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


class TestListeners:
    def test_one_event_a_change(self, breaker: CircuitBreaker, clock: Clock) -> None:
        told: list[tuple[CircuitBreaker, Transition]] = []
        breaker.add_listener(lambda one, change: told.append((one, change)))
        trip(breaker)
        clock.now += 30
        for _ in range(3):
            assert breaker.state is HALF_OPEN
            breaker.snapshot()
        succeed_times(breaker, 3)
        breaker.reset()
        breaker.force_open()
        breaker.force_open()
        assert [(change.before, change.after) for _, change in told] == [
            (CLOSED, OPEN),
            (OPEN, HALF_OPEN),
            (HALF_OPEN, CLOSED),
            (CLOSED, OPEN),
        ]
        assert {id(one) for one, _ in told} == {id(breaker)}
        assert tuple(change for _, change in told) == breaker.snapshot().transitions

    @pytest.mark.parametrize(
        "look",
        [lambda breaker: breaker.state, lambda breaker: breaker.snapshot().state],
        ids=["state", "snapshot"],
    )
    def test_who_sees_half_open_was_told_of_it(
        self, breaker: CircuitBreaker, clock: Clock, look: Callable[[CircuitBreaker], object]
    ) -> None:
        told = [CLOSED]
        breaker.add_listener(lambda _, change: told.append(change.after))
        trip(breaker)
        clock.now += 30
        assert look(breaker) is told[-1] is HALF_OPEN

    def test_a_refused_call_also_tells(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", failure_threshold=1, clock=clock)
        told: list[object] = []
        breaker.add_listener(lambda _, change: told.append(change.after))
        fail_times(breaker, 1)
        clock.now += 30
        with call_in_progress(breaker):
            assert told == [OPEN, HALF_OPEN]

    def test_one_that_raises_does_no_harm(self, breaker: CircuitBreaker) -> None:
        told: list[object] = []

        def broken(_: CircuitBreaker, change: Transition) -> None:
            raise RuntimeError("no room")

        breaker.add_listener(broken)
        breaker.add_listener(lambda _, change: told.append(change.after))
        with structlog.testing.capture_logs() as lines:
            breaker.force_open()
        assert told == [OPEN]
        assert [line["error"] for line in lines if line["event"] == "listener raised"] == [
            "no room"
        ]

    def test_one_that_was_removed_is_not_told(self, breaker: CircuitBreaker) -> None:
        told: list[object] = []

        def note(_: CircuitBreaker, change: Transition) -> None:
            told.append(change.after)

        first, second = breaker.add_listener(note), breaker.add_listener(note)
        breaker.force_open()
        first()
        first()
        breaker.reset()
        second()
        breaker.force_open()
        assert told == [OPEN, OPEN, CLOSED]

    def test_one_may_use_the_breaker_and_changes_are_told_in_order(
        self, breaker: CircuitBreaker
    ) -> None:
        told: list[object] = []

        def close_at_once(one: CircuitBreaker, change: Transition) -> None:
            if change.after is OPEN:
                one.reset()
                assert one.call_sync(lambda: 1) == 1

        breaker.add_listener(close_at_once)
        breaker.add_listener(lambda _, change: told.append(change.after))
        breaker.force_open()
        assert told == [OPEN, CLOSED]

    def test_no_lock_is_held_while_they_run(self, breaker: CircuitBreaker) -> None:
        seen: list[object] = []

        def look(one: CircuitBreaker, change: Transition) -> None:
            with ThreadPoolExecutor(1) as pool:
                seen.append(pool.submit(lambda: one.snapshot().state).result(timeout=30))

        breaker.add_listener(look)
        breaker.force_open()
        assert seen == [OPEN]


def test_changes_of_state_are_logged(breaker: CircuitBreaker, clock: Clock) -> None:
    with structlog.testing.capture_logs() as lines:
        trip(breaker)
        clock.now += 30
        succeed_times(breaker, 2)
    assert [(line["target"], line["before"], line["after"]) for line in lines] == [
        ("shop", CLOSED, OPEN),
        ("shop", OPEN, HALF_OPEN),
        ("shop", HALF_OPEN, CLOSED),
    ]
