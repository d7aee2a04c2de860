"""Deadlines: the earlier end applies, running code is cancelled, and a cancellation from outside is never swallowed."""

import asyncio
import pickle
from contextlib import suppress
from contextvars import Context
from typing import Any

import pytest

from proto_ddf.errors import IntegrationError, classify
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.resilience.deadline import (
    AttemptTimeoutError,
    Deadline,
    DeadlineExceededError,
    NoTimeLeftError,
    attempt_timeout,
    current_deadline,
    time_left,
)
from proto_ddf.resilience.deadline import deadline as deadlines
from tests.unit.resilience.instant_loop import (
    attempt_of,
    cancelling,
    deadline_after,
    run,
    running_loop,
)
from tests.unit.resilience.real_time import assert_takes


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class TestWhatIsLeft:
    def test_grows_less_down_to_nothing(self) -> None:
        clock = Clock()
        deadline = Deadline(at=105.0, clock=clock)
        assert (deadline.left(), deadline.expired) == (5.0, False)
        clock.now = 104.0
        assert deadline.left() == 1.0
        clock.now = 105.0
        assert (deadline.left(), deadline.expired) == (0.0, True)
        clock.now = 200.0
        assert (deadline.left(), deadline.expired) == (0.0, True)

    def test_outside_there_is_none(self) -> None:
        assert current_deadline() is None
        assert time_left(7.0) == 7.0

    @pytest.mark.parametrize(
        ("outer", "inner", "expected"), [(5, 2, 2), (2, 5, 2), (3, 3, 3), (4, None, 4)]
    )
    def test_the_earlier_end_is_in_force(
        self, outer: float, inner: float | None, expected: float
    ) -> None:
        clock = Clock()
        with deadlines.deadline_after(outer, clock=clock) as around:
            with attempt_timeout(inner, clock=clock):
                assert (found := current_deadline())
                assert found.left() == expected
            assert current_deadline() is around
        assert current_deadline() is None

    def test_time_that_passed_outside_counts(self) -> None:
        clock = Clock()
        with deadlines.deadline_after(5, clock=clock):
            clock.now += 4
            with deadlines.deadline_after(3, clock=clock) as inner:
                assert inner.left() == 1.0

    def test_different_clocks_are_compared_by_what_is_left(self) -> None:
        outer, inner = Clock(), Clock()
        inner.now = 9.0
        with (
            deadlines.deadline_after(2, clock=outer),
            deadlines.deadline_after(5, clock=inner) as found,
        ):
            assert found.left() == 2.0
            inner.now += 1
            assert found.left() == 2.0
            outer.now += 1
            assert found.left() == 1.0

    def test_an_attempt_without_an_end_is_no_deadline(self) -> None:
        with attempt_timeout(None):
            assert current_deadline() is None
            assert time_left(3.0) == 3.0

    def test_nothing_begins_when_nothing_is_left(self) -> None:
        clock, ran = Clock(), []
        with deadlines.deadline_after(1, system="shop", clock=clock):
            clock.now += 1
            with pytest.raises(NoTimeLeftError) as caught, attempt_timeout(5, clock=clock):
                ran.append("sync")
            with pytest.raises(DeadlineExceededError):
                time_left(5)

            async def act() -> None:
                async with attempt_timeout(5, clock=clock):
                    ran.append("async")

            with pytest.raises(NoTimeLeftError):
                asyncio.run(act())
        assert ran == []
        assert isinstance(caught.value, CallRefusedError)
        assert caught.value.system == "shop"
        assert caught.value.context["seconds"] == "1"

    def test_the_error_names_who_set_the_end_however_deep_it_is_met(self) -> None:
        clock = Clock()
        with (
            deadlines.deadline_after(1, system="shop", clock=clock),
            deadlines.deadline_after(5, system="inner", clock=clock),
            deadlines.deadline_after(7, system="innermost", clock=clock),
        ):
            clock.now += 2
            with pytest.raises(NoTimeLeftError) as on_entry, attempt_timeout(5, clock=clock):
                raise AssertionError("entered")
            with pytest.raises(DeadlineExceededError) as for_a_driver:
                time_left(1)
        assert [on_entry.value.system, for_a_driver.value.system] == ["shop", "shop"]

    def test_a_driver_is_given_what_is_left_and_never_zero(self) -> None:
        clock = Clock()
        with deadlines.deadline_after(10, clock=clock), attempt_timeout(4, clock=clock):
            assert time_left(30) == 4.0
            assert time_left(1.5) == 1.5
            clock.now += 3.999
            assert 0 < time_left(30) < 0.01
            clock.now += 1
            with pytest.raises(AttemptTimeoutError):
                time_left(30)

    def test_threads_and_tasks_started_inside_take_it_along(self) -> None:
        async def act() -> list[Deadline | None]:
            with deadlines.deadline_after(50):
                alone = asyncio.create_task(asyncio.sleep(0, current_deadline()), context=Context())
                return [
                    current_deadline(),
                    await asyncio.to_thread(current_deadline),
                    await asyncio.create_task(self.looked()),
                    await asyncio.create_task(self.looked(), context=Context()),
                    await alone,
                ]

        here, thread, task, fresh, _ = asyncio.run(act())
        assert here is thread is task is not None
        assert fresh is None

    async def looked(self) -> Deadline | None:
        return current_deadline()


class TestTheErrors:
    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            (DeadlineExceededError, "deadline_exceeded"),
            (NoTimeLeftError, "deadline_exceeded"),
            (AttemptTimeoutError, "timeout"),
        ],
    )
    def test_are_timeouts_with_a_code(self, kind: Any, code: str) -> None:
        error = kind(0.25, "shop")
        assert isinstance(error, IntegrationError)
        assert isinstance(error, TimeoutError)
        found = classify(error)
        assert (found.code, found.retryable, found.try_again) == (code, True, True)
        assert "shop" in found.message
        assert "0.25 s" in found.message
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.context) == (kind, str(error), error.context)


class TestCutting:
    def test_an_attempt_of_1_s_ends_with_a_deadline_of_a_fifth(self) -> None:
        """In real time: within 50 ms."""

        async def act() -> None:
            with pytest.raises(DeadlineExceededError):
                async with deadlines.deadline_after(0.2):
                    await asyncio.sleep(1)

        assert_takes(act, 0.2)

    @pytest.mark.parametrize("after", [0.0, 0.2, 1.0])
    def test_what_is_done_in_time_is_left_alone(self, after: float) -> None:
        async def act() -> tuple[float, int]:
            loop = running_loop()
            began = loop.time()
            async with deadline_after(5):
                await asyncio.sleep(after)
            took = loop.time() - began
            await asyncio.sleep(10)
            return took, cancelling()

        assert run(act()) == (pytest.approx(after), 0)

    @pytest.mark.parametrize(
        ("total", "single", "expected", "seconds"),
        [
            (5.0, 2.0, AttemptTimeoutError, 2.0),
            (2.0, 5.0, DeadlineExceededError, 2.0),
            (2.0, 2.0, DeadlineExceededError, 2.0),
            (3.0, None, DeadlineExceededError, 3.0),
        ],
    )
    @pytest.mark.parametrize("form", ["with", "async with"])
    def test_the_error_names_the_end_that_was_met(
        self,
        form: str,
        total: float,
        single: float | None,
        expected: type[Exception],
        seconds: float,
    ) -> None:
        async def attempt() -> None:
            async with attempt_of(single):
                await asyncio.sleep(60)

        async def act() -> tuple[type[BaseException], float, int]:
            began = running_loop().time()
            try:
                if form == "with":
                    with deadline_after(total):
                        await attempt()
                else:
                    async with deadline_after(total):
                        await attempt()
            except TimeoutError as error:
                return type(error), running_loop().time() - began, cancelling()
            raise AssertionError("not cut")

        assert run(act()) == (expected, pytest.approx(seconds), 0)

    def test_the_innermost_scope_makes_the_error(self) -> None:
        """So code between two scopes, such as a breaker, sees that the call timed out."""

        async def act() -> list[str]:
            seen = []
            with suppress(DeadlineExceededError):
                async with deadline_after(1):
                    try:
                        async with attempt_of(5):
                            await asyncio.sleep(60)
                    except BaseException as error:
                        seen += [type(error).__name__, type(error.__cause__).__name__]
                        raise
            return seen

        assert run(act()) == ["DeadlineExceededError", "CancelledError"]

    def test_when_several_are_over_at_once_the_widest_counts(self) -> None:
        """As if something had blocked the loop."""

        async def act() -> list[str | int]:
            seen: list[str | int] = []
            with suppress(DeadlineExceededError):
                async with deadline_after(5):
                    try:
                        async with attempt_of(2):
                            running_loop().now += 9
                            await asyncio.sleep(60)
                    except BaseException as error:
                        seen += [type(error).__name__, cancelling()]
                        raise
            return seen

        assert run(act()) == ["DeadlineExceededError", 0]

    def test_after_an_attempt_was_cut_the_rest_goes_on_and_is_cut_too(self) -> None:
        async def act() -> list[float]:
            loop = running_loop()
            began, cut = loop.time(), []
            with suppress(DeadlineExceededError):
                async with deadline_after(5):
                    while True:
                        try:
                            async with attempt_of(2):
                                await asyncio.sleep(60)
                        except AttemptTimeoutError:
                            cut.append(loop.time() - began)
            return [*cut, loop.time() - began]

        assert run(act()) == [2.0, 4.0, 5.0]

    def test_who_swallows_the_cancellation_keeps_its_result(self) -> None:
        async def act() -> tuple[str, int]:
            async with deadline_after(1):
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(60)
                return "late", cancelling()

        async def outside() -> tuple[tuple[str, int], int]:
            return await act(), cancelling()

        assert run(outside()) == (("late", 1), 0)

    def test_an_error_met_while_being_cut_is_raised_as_it_is(self) -> None:
        async def work() -> None:
            async with deadline_after(1):
                try:
                    await asyncio.sleep(60)
                finally:
                    raise ValueError("broken off")

        async def act() -> int:
            with pytest.raises(ValueError, match="broken off"):
                await work()
            return cancelling()

        assert run(act()) == 0

    def test_a_cancellation_that_was_swallowed_before_does_no_harm(self) -> None:
        """As in clean-up code: asyncio.timeout of Python 3.11 raises CancelledError here."""

        async def act() -> str:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                with suppress(DeadlineExceededError):
                    async with deadline_after(1):
                        await asyncio.sleep(60)
                return "cleaned up"
            raise AssertionError("not cancelled")

        async def outside() -> str:
            task = asyncio.create_task(act())
            await asyncio.sleep(1)
            task.cancel()
            return await task

        assert run(outside()) == "cleaned up"

    def test_a_group_of_tasks_is_cut(self) -> None:
        async def work() -> None:
            async with deadline_after(1), asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(60))
                group.create_task(asyncio.sleep(70))

        async def act() -> tuple[float, int]:
            began = running_loop().time()
            with pytest.raises(DeadlineExceededError):
                await work()
            return running_loop().time() - began, cancelling()

        assert run(act()) == (1.0, 0)

    def test_a_task_started_inside_is_cut_by_its_own_scope(self) -> None:
        async def child() -> float:
            began = running_loop().time()
            with pytest.raises(DeadlineExceededError):
                async with attempt_of(5):
                    await asyncio.sleep(60)
            return running_loop().time() - began

        async def act() -> float:
            async with deadline_after(60):
                with deadline_after(2):
                    task = asyncio.create_task(child())
                return await task

        assert run(act()) == 2.0

    @pytest.mark.parametrize("inner_seconds", [1.0, 2.0, 3.0])
    def test_inside_a_timeout_of_asyncio(self, inner_seconds: float) -> None:
        async def act() -> tuple[type[BaseException], int]:
            try:
                async with asyncio.timeout(2), deadline_after(inner_seconds):
                    await asyncio.sleep(60)
            except TimeoutError as error:
                return type(error), cancelling()
            raise AssertionError("not cut")

        expected = DeadlineExceededError if inner_seconds < 2 else TimeoutError
        assert run(act()) == (expected, 0)

    @pytest.mark.parametrize("inner_seconds", [1.0, 2.0, 3.0])
    def test_around_a_timeout_of_asyncio(self, inner_seconds: float) -> None:
        async def act() -> tuple[type[BaseException], int]:
            try:
                async with deadline_after(2), asyncio.timeout(inner_seconds):
                    await asyncio.sleep(60)
            except TimeoutError as error:
                return type(error), cancelling()
            raise AssertionError("not cut")

        expected = TimeoutError if inner_seconds < 2 else DeadlineExceededError
        assert run(act()) == (expected, 0)

    def test_there_has_to_be_a_task_to_cut(self) -> None:
        async def act() -> None:
            async with deadlines.deadline_after(1):
                pass

        async def inside_a_loop() -> None:
            loop = asyncio.get_running_loop()
            done: asyncio.Future[BaseException | None] = loop.create_future()

            def by_hand() -> None:
                try:
                    act().send(None)
                except RuntimeError as error:
                    done.set_result(error)

            loop.call_soon(by_hand)
            assert "task" in str(await done)

        asyncio.run(inside_a_loop())
