"""What ends retries: errors that are not transient, the system's budget, a cancellation; and adaptive retries."""

import asyncio
import math
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
import structlog

from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.resilience.deadline import attempt_timeout
from proto_ddf.resilience.retry import AdaptiveRetry, Retry, RetryBudget, RetryConfig
from proto_ddf.resilience.retry.jitter import none
from tests.unit.aborting_server import RETRIED, STATUSES, aborting_server, client
from tests.unit.resilience.instant_loop import run, running_loop

AT_ONCE = RetryConfig(max_attempts=4, initial_delay=0)


def failing(*errors: BaseException) -> Callable[[], str]:
    """Raises them one after another, then returns "done"."""
    left = list(errors)

    def work() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return work


def calls_made(retry: Retry, error: BaseException) -> int:
    calls = 0

    def work() -> None:
        nonlocal calls
        calls += 1
        raise error

    with pytest.raises(type(error)) as caught:
        retry.call_sync(work)
    assert caught.value is error
    return calls


def refused(retry_after: float | None = None) -> CallRefusedError:
    error = CallRefusedError("busy", system="shop", operation="call", code="rate_limited")
    error.retry_after = retry_after
    return error


class TestNeverRetried:
    @pytest.mark.parametrize(
        "error",
        [
            CircuitOpenError("shop", 0.0),
            ValidationError("bad", "name", ""),
            IntegrationError("no", system="s", operation="o", code="authentication_failed"),
            asyncio.CancelledError(),
            KeyboardInterrupt(),
            SystemExit(),
        ],
        ids=repr,
    )
    def test_even_if_everything_is_said_to_pass(self, error: BaseException) -> None:
        retry = Retry(RetryConfig(initial_delay=0, retriable=lambda _: True))
        assert calls_made(retry, error) == 1

    def test_what_else_is_retried_can_be_said(self) -> None:
        retry = Retry(RetryConfig(3, 0, retriable=lambda error: isinstance(error, KeyError)))
        assert calls_made(retry, KeyError("x")) == 3
        assert calls_made(retry, ConnectionError("x")) == 1


class TestGrpc:
    @pytest.mark.parametrize("status", STATUSES)
    def test_every_status_of_a_real_server(self, call: Any, status: str) -> None:
        answers = [status, "OK"]
        work = Retry(AT_ONCE).call_sync
        if status in RETRIED:
            assert work(lambda: call(answers.pop(0).encode())) == b"fine"
        else:
            with pytest.raises(grpc.RpcError):
                work(lambda: call(answers.pop(0).encode()))
            assert answers == ["OK"]

    @pytest.mark.parametrize(("pushback", "expected"), [("300", [0.3]), ("-1", [])])
    @pytest.mark.usefixtures("fake_time")
    def test_its_pushback_is_kept(
        self, call: Any, progress: Any, pushback: str, expected: list[float]
    ) -> None:
        answers = [f"UNAVAILABLE {pushback}", "OK"]
        if expected:
            assert Retry(AT_ONCE).call_sync(lambda: call(answers.pop(0).encode())) == b"fine"
        else:
            with pytest.raises(grpc.RpcError):
                Retry(AT_ONCE).call_sync(lambda: call(answers.pop(0).encode()))
        assert [wait for _, _, wait, _ in progress.told] == expected

    def test_pushback_of_a_status_that_is_not_retried_counts_as_failure(self, call: Any) -> None:
        """A6: "or that receive a pushback response indicating not to retry"."""
        budget = RetryBudget()
        with pytest.raises(grpc.RpcError):
            Retry(AT_ONCE, budget=budget).call_sync(lambda: call(b"NOT_FOUND -1"))
        assert budget.snapshot().tokens == 9.0

    @pytest.fixture
    def call(self) -> Iterator[Any]:
        with aborting_server() as address, client(address) as call:
            yield call


class TestBudget:
    def test_failures_take_and_successes_give(self) -> None:
        budget = RetryBudget(max_tokens=10, token_ratio=0.5)
        retry = Retry(AT_ONCE, budget=budget)
        assert retry.call_sync(failing(ConnectionError(), ConnectionError())) == "done"
        assert budget.snapshot().tokens == 8.5
        assert retry.call_sync(failing()) == "done"
        assert budget.snapshot().tokens == 9.0

    def test_retries_stop_for_all_callers_of_the_system_but_first_attempts_do_not(self) -> None:
        budget = RetryBudget(max_tokens=10)
        one, other = Retry(AT_ONCE, budget=budget), Retry(AT_ONCE, budget=budget)
        assert calls_made(one, ConnectionError()) == 4
        assert calls_made(one, ConnectionError()) == 1
        assert calls_made(other, ConnectionError()) == 1
        assert budget.snapshot().refused == 2

    def test_another_system_has_its_own(self) -> None:
        spent = RetryBudget(max_tokens=1)
        spent.failed()
        assert calls_made(Retry(AT_ONCE, budget=spent), ConnectionError()) == 1
        assert calls_made(Retry(AT_ONCE, budget=RetryBudget()), ConnectionError()) == 4

    @pytest.mark.parametrize(
        "error",
        [
            ValueError("bad"),
            refused(),
            ExceptionGroup("all", [refused()]),
            CircuitOpenError("shop", 1),
            asyncio.CancelledError(),
        ],
        ids=repr,
    )
    def test_what_says_nothing_about_the_system_takes_nothing(self, error: BaseException) -> None:
        budget, adaptive = RetryBudget(), AdaptiveRetry()
        calls_made(Retry(AT_ONCE, budget=budget, adaptive=adaptive), error)
        assert budget.snapshot().tokens == 10.0
        assert adaptive.snapshot().outcomes == 0

    def test_async_calls_share_it(self) -> None:
        budget = RetryBudget(max_tokens=10, token_ratio=0.5)

        async def fail() -> None:
            raise ConnectionError

        async def succeed() -> None: ...

        async def act() -> None:
            retry = Retry(AT_ONCE, budget=budget)
            with pytest.raises(ConnectionError):
                await retry.call(fail)
            await retry.call(succeed)

        asyncio.run(act())
        assert budget.snapshot().tokens == 6.5


class TestWhyItEnded:
    """It is in the log."""

    def spent(self) -> RetryBudget:
        budget = RetryBudget(max_tokens=1)
        budget.failed()
        return budget

    def asked(self, seconds: float) -> ConnectionError:
        error = ConnectionError("lost")
        error.retry_after = seconds  # type: ignore[attr-defined]
        return error

    @pytest.mark.parametrize(
        ("seconds", "total", "attempts", "reason"),
        [
            (0, None, 1, "attempts used up"),
            (math.inf, None, 4, "asked not to retry"),
            (math.inf, 5, 4, "asked not to retry"),
            (31, None, 4, "asked to wait too long"),
            (6, 5, 4, "no time left"),
            (0, None, 4, "retry budget used up"),
        ],
    )
    def test_in_a_few_words(
        self, seconds: float, total: float | None, attempts: int, reason: str
    ) -> None:
        retry = Retry(RetryConfig(attempts, 0), name="shop", budget=self.spent())
        with structlog.testing.capture_logs() as lines, attempt_timeout(total):
            calls_made(retry, self.asked(seconds))
        [line] = lines
        assert line["event"] == "not retried"
        assert (line["call"], line["reason"]) == ("shop", reason)


class TestAdaptive:
    CONFIG = RetryConfig(5, 1.0, 30.0, 2.0, none)

    def learnt(self, good: bool) -> AdaptiveRetry:
        adaptive = AdaptiveRetry()
        for _ in range(200):
            if good:
                adaptive.succeeded()
            else:
                adaptive.failed()
        return adaptive

    @pytest.mark.usefixtures("fake_time")
    def test_a_system_that_fails_is_left_alone_longer(self, progress: Any) -> None:
        retry = Retry(self.CONFIG, adaptive=self.learnt(good=False))
        assert calls_made(retry, ConnectionError("lost")) == 2
        assert progress.told == [(1, 2, pytest.approx(4.0), "lost")]

    @pytest.mark.usefixtures("fake_time")
    def test_a_hiccup_of_one_that_works_is_over_sooner(self, progress: Any) -> None:
        retry = Retry(self.CONFIG, adaptive=self.learnt(good=True))
        assert retry.call_sync(failing(ConnectionError("lost"))) == "done"
        [(attempt, attempts, wait, _)] = progress.told
        assert (attempt, attempts) == (1, 6)
        assert 0.5 <= wait < 0.7

    @pytest.mark.usefixtures("fake_time")
    def test_the_longest_wait_stays_the_longest(self, progress: Any) -> None:
        config = RetryConfig(5, 20.0, 30.0, 2.0, none)
        calls_made(Retry(config, adaptive=self.learnt(good=False)), ConnectionError())
        assert [wait for _, _, wait, _ in progress.told] == [30.0]

    def test_every_attempt_is_learnt_from(self) -> None:
        adaptive = AdaptiveRetry()
        Retry(AT_ONCE, adaptive=adaptive).call_sync(failing(ConnectionError(), TimeoutError()))
        assert adaptive.snapshot().outcomes == 3


class TestRefusals:
    @pytest.mark.usefixtures("fake_time")
    def test_are_tried_again_when_they_say(self, progress: Any) -> None:
        assert Retry(AT_ONCE).call_sync(failing(refused(0.25))) == "done"
        assert [wait for _, _, wait, _ in progress.told] == [0.25]

    def test_but_not_when_that_is_too_far_away(self) -> None:
        assert calls_made(Retry(AT_ONCE), refused(31.0)) == 1

    def test_and_by_backoff_when_they_cannot_say(self) -> None:
        assert calls_made(Retry(AT_ONCE), refused()) == 4


class TestCancelled:
    def test_at_every_point_where_it_waits(self) -> None:
        """In each turn of the loop, in attempts and in waits: it ends cancelled, without another attempt."""
        attempts = 0

        async def attempt() -> None:
            nonlocal attempts
            attempts += 1
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            raise ConnectionError

        async def act(turns: int) -> bool:
            nonlocal attempts
            attempts = 0
            retry = Retry(RetryConfig(3, 0.5, jitter=none))
            task = asyncio.create_task(retry.call(attempt))
            for _ in range(turns):
                await asyncio.sleep(0)
            if task.done():
                assert isinstance(task.exception(), ConnectionError)
                return True
            before = attempts
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            assert attempts == before
            return False

        async def passing(turns: int) -> bool:
            loop = running_loop()

            def tick() -> None:
                loop.now += 0.1
                loop.call_soon(tick)

            loop.call_soon(tick)
            return await act(turns)

        done = [run(passing(turns)) for turns in range(40)]
        assert done.count(False) > 15
        assert done[-1]

    def test_one_in_an_attempt_is_not_mistaken_for_its_failure(self) -> None:
        """An attempt that is cancelled by what it waits for, not by its caller, ends it as well."""
        calls = 0

        async def attempt() -> None:
            nonlocal calls
            calls += 1
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            future.cancel()
            await future

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(Retry(AT_ONCE).call(attempt))
        assert calls == 1


class TestCalling:
    def test_arguments_are_passed_on_each_time(self) -> None:
        seen: list[tuple[Any, ...]] = []

        def work(*args: Any, **kwargs: Any) -> str:
            seen.append((args, kwargs))
            if len(seen) < 3:
                raise ConnectionError
            return "done"

        assert Retry(AT_ONCE).call_sync(work, 1, two=2) == "done"
        assert seen == [((1,), {"two": 2})] * 3

    def test_a_function_that_returns_an_awaitable_will_do(self) -> None:
        answers = [ConnectionError(), "done"]

        async def inner() -> Any:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        assert asyncio.run(Retry(AT_ONCE).call(lambda: inner())) == "done"

    def test_the_error_that_is_raised_shows_where_it_came_from(self) -> None:
        def the_culprit() -> None:
            raise ConnectionError("lost")

        with pytest.raises(ConnectionError) as caught:
            Retry(RetryConfig(2, 0)).call_sync(the_culprit)
        assert caught.traceback[-1].name == "the_culprit"
        assert caught.value.__cause__ is caught.value.__context__ is None
