"""Retry: which errors are retried, how often, and after which waits."""

import asyncio
import random
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.resilience import CircuitOpenError, retry_with_backoff

LOCKED = sqlite3.OperationalError("database is locked")


class Failing:
    """Fails with the given errors, one per call, then returns "done"."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    async def call_async(self) -> str:
        await asyncio.sleep(0)
        return self()


@pytest.fixture
def async_sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of async retries, which do not really wait."""
    sleeps: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds:
            sleeps.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return sleeps


class TestWhatIsRetried:
    @pytest.mark.parametrize(
        "error",
        [
            ConnectionError("lost"),
            ConnectionResetError(),
            TimeoutError(),
            LOCKED,
            IntegrationError("x", system="s", operation="o", code="connection_failed"),
            IntegrationError("x", system="s", operation="o", code="sqlite_locked"),
        ],
        ids=repr,
    )
    @pytest.mark.usefixtures("fake_time")
    def test_what_passes_by_itself(self, error: Exception) -> None:
        work = Failing(error)
        assert retry_with_backoff()(work)() == "done"
        assert work.calls == 2

    @pytest.mark.parametrize(
        "error",
        [
            ValueError("bad"),
            KeyError("x"),
            PermissionError(13, "no"),
            FileNotFoundError(2, "no"),
            ValidationError("x", "name", ""),
            errors.SystemError("x", "disk", code="disk_space_low"),
            IntegrationError("x", system="s", operation="o", code="authentication_failed"),
            CircuitOpenError("shop", 3),
            asyncio.CancelledError(),
            KeyboardInterrupt(),
            GeneratorExit(),
        ],
        ids=repr,
    )
    def test_nothing_else(self, error: BaseException, fake_time: Any) -> None:
        work = Failing(error)
        with pytest.raises(type(error)) as caught:
            retry_with_backoff()(work)()
        assert caught.value is error
        assert work.calls == 1
        assert fake_time.sleeps == []

    @pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyboardInterrupt()], ids=repr)
    def test_async_work_can_be_cancelled(
        self, error: BaseException, async_sleeps: list[float]
    ) -> None:
        work = Failing(error)

        async def act() -> BaseException | None:
            try:
                await retry_with_backoff()(work.call_async)()
            except BaseException as raised:
                return raised
            return None

        assert asyncio.run(act()) is error
        assert (work.calls, async_sleeps) == (1, [])


class TestHowOften:
    @pytest.mark.parametrize("max_retries", [0, 1, 3])
    @pytest.mark.usefixtures("fake_time")
    def test_at_most_one_more_than_max_retries(self, max_retries: int) -> None:
        errors = [ConnectionError(str(number)) for number in range(10)]
        work = Failing(*errors)
        with pytest.raises(ConnectionError) as caught:
            retry_with_backoff(max_retries=max_retries)(work)()
        assert work.calls == max_retries + 1
        assert caught.value is errors[max_retries]

    def test_async_too(self, async_sleeps: list[float]) -> None:
        work = Failing(*[TimeoutError(str(number)) for number in range(10)])
        with pytest.raises(TimeoutError, match="3"):
            asyncio.run(retry_with_backoff()(work.call_async)())
        assert work.calls == 4
        assert len(async_sleeps) == 3

    @pytest.mark.usefixtures("fake_time")
    def test_the_last_error_is_raised_as_it_was(self) -> None:
        work = Failing(ConnectionError("1"), ValueError("2"))
        with pytest.raises(ValueError, match="2") as caught:
            retry_with_backoff()(work)()
        assert caught.value.__cause__ is None

    def test_three_retries_are_the_default(self, fake_time: Any) -> None:
        work = Failing(*[ConnectionError()] * 10)
        with pytest.raises(ConnectionError):
            retry_with_backoff()(work)()
        assert work.calls == 4


class TestHowLong:
    def waits(self, progress: Any) -> list[float]:
        return [wait for _, _, wait, _ in progress.told]

    @pytest.mark.usefixtures("fake_time")
    def test_grows_up_to_the_longest(self, progress: Any) -> None:
        work = Failing(*[ConnectionError()] * 5)
        retry_with_backoff(
            max_retries=5, base_delay=0.5, max_delay=3.0, exponential_base=2.0, jitter=False
        )(work)()
        assert self.waits(progress) == [0.5, 1.0, 2.0, 3.0, 3.0]

    def test_sleeps_as_long_as_it_says(self, fake_time: Any) -> None:
        began = fake_time.now
        retry_with_backoff(base_delay=2.0, jitter=False)(Failing(ConnectionError()))()
        assert fake_time.now - began == pytest.approx(2.0)
        assert max(fake_time.sleeps) <= 0.1

    @pytest.mark.usefixtures("fake_time")
    def test_jitter_waits_half_of_it_to_all_of_it(
        self, progress: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[tuple[float, float]] = []

        def uniform(low: float, high: float) -> float:
            asked.append((low, high))
            return high / 4

        monkeypatch.setattr(random, "uniform", uniform)
        retry_with_backoff(base_delay=4.0, max_delay=60.0)(Failing(*[ConnectionError()] * 3))()
        assert asked == [(0, 2.0), (0, 4.0), (0, 8.0)]
        assert self.waits(progress) == [2.5, 5.0, 10.0]

    @pytest.mark.usefixtures("fake_time")
    def test_with_jitter_waits_spread_over_that_half(self, progress: Any) -> None:
        for _ in range(200):
            retry_with_backoff(max_retries=1, base_delay=4.0)(Failing(ConnectionError()))()
        waits = self.waits(progress)
        assert 2.0 <= min(waits) < 2.5
        assert 3.5 < max(waits) <= 4.0

    def test_an_async_wait_is_as_long_as_it_says(self, async_sleeps: list[float]) -> None:
        work = Failing(TimeoutError(), TimeoutError())
        asyncio.run(retry_with_backoff(base_delay=1.5, jitter=False)(work.call_async)())
        assert async_sleeps == [1.5, 3.0]

    @pytest.mark.parametrize("wrong", ["max_retries", "base_delay", "max_delay"])
    def test_negative_numbers_are_refused(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="at least 0"):
            retry_with_backoff(**{wrong: -1})  # type: ignore[arg-type]


class TestStopping:
    def test_a_wait_ends_when_the_work_is_to_stop(self, fake_time: Any, progress: Any) -> None:
        progress.stop_after = 3
        work = Failing(ConnectionError())
        began = fake_time.now
        with pytest.raises(BaseException) as caught:  # noqa: PT011
            retry_with_backoff(base_delay=50, jitter=False)(work)()
        assert type(caught.value).__name__ == "Stopped"
        assert work.calls == 1
        assert fake_time.now - began < 0.5

    @pytest.mark.usefixtures("fake_time")
    def test_it_is_looked_at_even_where_there_is_no_wait(self, progress: Any) -> None:
        retry_with_backoff(base_delay=0)(Failing(ConnectionError()))()
        assert progress.looks >= 1

    def test_a_cancelled_wait_of_async_work_ends_it(self) -> None:
        calls: list[str] = []

        async def act() -> None:
            called = asyncio.Event()

            @retry_with_backoff(base_delay=60, jitter=False)
            async def work() -> None:
                calls.append("call")
                called.set()
                raise ConnectionError

            task = asyncio.create_task(work())
            await called.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(act())
        assert calls == ["call"]


class TestTelling:
    @pytest.mark.usefixtures("fake_time")
    def test_each_retry_is_reported_to_the_progress(self, progress: Any) -> None:
        work = Failing(ConnectionError("first"), ConnectionError("second"))
        retry_with_backoff(max_retries=4, base_delay=1, jitter=False)(work)()
        assert progress.told == [(1, 5, 1.0, "first"), (2, 5, 2.0, "second")]

    @pytest.mark.usefixtures("fake_time")
    def test_each_retry_is_logged(self) -> None:
        with structlog.testing.capture_logs() as lines:
            retry_with_backoff(jitter=False)(Failing(ConnectionError("lost")))()
        assert lines == [
            {
                "event": "retrying",
                "log_level": "warning",
                "call": "Failing",
                "attempt": 1,
                "attempts": 4,
                "wait": 1.0,
                "error_type": "ConnectionError",
                "error": "lost",
            }
        ]

    def test_success_at_once_is_silent(self, progress: Any) -> None:
        with structlog.testing.capture_logs() as lines:
            assert retry_with_backoff()(Failing())() == "done"
        assert (lines, progress.told) == ([], [])


class TestDecorating:
    def test_keeps_name_and_arguments(self) -> None:
        @retry_with_backoff(max_retries=1)
        def add(first: int, second: int = 2) -> int:
            """Adds."""
            return first + second

        assert (add.__name__, add.__doc__) == ("add", "Adds.")
        assert add(1, second=5) == 6

    def test_an_async_function_stays_one(self) -> None:
        @retry_with_backoff()
        async def answer() -> int:
            return 42

        assert asyncio.iscoroutinefunction(answer)
        assert asyncio.run(answer()) == 42

    @pytest.mark.usefixtures("fake_time")
    def test_a_callable_object_that_is_awaited_is_tried_again_too(self) -> None:
        class Work:
            calls = 0

            async def __call__(self) -> int:
                self.calls += 1
                if self.calls < 3:
                    raise ConnectionError
                return self.calls

        assert asyncio.run(retry_with_backoff(base_delay=0.0)(Work())()) == 3

    def test_generators_are_refused(self) -> None:
        def rows() -> Iterator[int]:
            yield 1

        with pytest.raises(TypeError, match="generator"):
            retry_with_backoff()(rows)

    def test_calls_do_not_share_their_count(self) -> None:
        calls: list[str] = []

        @retry_with_backoff(max_retries=1)
        def work(then: Callable[[], None]) -> None:
            calls.append("call")
            if len(calls) % 2:
                raise ConnectionError
            then()

        work(lambda: work(lambda: None))
        assert len(calls) == 4
