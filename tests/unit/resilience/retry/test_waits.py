"""How long retries wait: backoff, jitter, hints of the target, and the deadline."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import FrozenInstanceError
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.progress import current_progress
from proto_ddf.resilience.deadline import (
    AttemptTimeoutError,
    DeadlineExceededError,
    attempt_timeout,
    deadline_after,
)
from proto_ddf.resilience.retry import PROFILES, Retry, RetryConfig, jitter
from tests.unit.resilience.conftest import WatchedProgress
from tests.unit.resilience.instant_loop import run, running_loop
from tests.unit.resilience.real_time import assert_takes


def failing(times: int, error: Callable[[], Exception] = ConnectionError, takes: float = 0) -> Any:
    """An async function that fails that often, then returns "done"; each call takes so many seconds."""
    left = times

    async def work() -> str:
        nonlocal left
        await asyncio.sleep(takes)
        if left:
            left -= 1
            raise error()
        return "done"

    return work


def busy(retry_after: str) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "https://api.example.com")
    response = httpx.Response(429, headers={"Retry-After": retry_after}, request=request)
    return httpx.HTTPStatusError("busy", request=request, response=response)


def waits_of(
    config: RetryConfig, work: Callable[[], Any], total: float | None = None
) -> tuple[list[float], float, BaseException | None]:
    """The reported waits, the total seconds, and the raised error."""
    watched = WatchedProgress()

    async def act() -> tuple[list[float], float, BaseException | None]:
        loop, raised = running_loop(), None
        began = loop.time()
        token = current_progress.set(watched)
        try:
            if total is None:
                await Retry(config).call(work)
            else:
                async with deadline_after(total, clock=loop.time):
                    await Retry(config).call(work)
        except Exception as error:
            raised = error
        finally:
            current_progress.reset(token)
        return [wait for _, _, wait, _ in watched.told], loop.time() - began, raised

    return run(act())


class TestConfig:
    def test_defaults(self) -> None:
        config = RetryConfig()
        assert (config.max_attempts, config.initial_delay, config.max_delay) == (5, 0.1, 30.0)
        assert (config.backoff_factor, config.jitter) == (2.0, jitter.full)

    def test_profiles(self) -> None:
        assert {
            name: (one.max_attempts, one.initial_delay, one.max_delay, one.backoff_factor)
            for name, one in PROFILES.items()
        } == {"development": (3, 0.05, 5.0, 1.5), "production": (5, 0.1, 30.0, 2.0)}

    def test_is_frozen(self) -> None:
        with pytest.raises(FrozenInstanceError):
            RetryConfig().max_attempts = 2  # type: ignore[misc]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"max_attempts": 0},
            {"initial_delay": -0.1},
            {"max_delay": -1},
            {"backoff_factor": -1},
            {"max_delay": math.inf},
            {"initial_delay": math.nan},
        ],
        ids=str,
    )
    def test_numbers_that_make_no_sense_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="must"):
            RetryConfig(**wrong)


class TestSequence:
    @given(
        attempts=st.integers(1, 8),
        failures=st.integers(0, 10),
        initial=st.floats(0, 100),
        more=st.floats(0, 100),
        factor=st.floats(0, 10),
    )
    def test_backoffs_grow_by_the_factor_up_to_the_longest(
        self, attempts: int, failures: int, initial: float, more: float, factor: float
    ) -> None:
        longest = initial + more
        config = RetryConfig(attempts, initial, longest, factor, jitter.none)
        waits, took, error = waits_of(config, failing(failures))
        expected = [
            min(longest, initial * factor**number) for number in range(min(failures, attempts - 1))
        ]
        assert waits == pytest.approx(expected)
        assert took == pytest.approx(sum(waits), abs=1e-6)
        assert (error is None) is (failures < attempts)

    @given(
        one=st.sampled_from([jitter.full, jitter.equal]),
        failures=st.integers(1, 9),
    )
    def test_no_jitter_passes_the_longest(self, one: jitter.Jitter, failures: int) -> None:
        waits, _, _ = waits_of(RetryConfig(10, 0.5, 3.0, 2.0, one), failing(failures))
        assert len(waits) == failures
        assert all(0 <= wait <= 3.0 for wait in waits)

    def test_what_a_jitter_is_given(self) -> None:
        given_: list[float] = []

        def note(backoff: float) -> float:
            given_.append(backoff)
            return 10.0 * len(given_)

        waits, _, _ = waits_of(RetryConfig(5, 1.0, 5.0, 3.0, note), failing(4))
        assert given_ == [1.0, 3.0, 5.0, 5.0]
        assert waits == [10.0, 20.0, 30.0, 40.0]

    def test_a_backoff_beyond_all_numbers_is_the_longest(self) -> None:
        waits, _, _ = waits_of(RetryConfig(5, 1.0, 30.0, 1e200, jitter.none), failing(4))
        assert waits == [1.0, 30.0, 30.0, 30.0]


class TestHints:
    CONFIG = RetryConfig(5, 1.0, 30.0, 2.0, jitter.none)

    def test_takes_the_place_of_the_wait(self) -> None:
        waits, took, error = waits_of(self.CONFIG, failing(1, lambda: busy("7")))
        assert (waits, took, error) == ([7.0], 7.0, None)

    def test_the_backoff_begins_anew_after_it(self) -> None:
        errors = [ConnectionError(), ConnectionError(), busy("7"), ConnectionError()]
        waits, _, _ = waits_of(self.CONFIG, failing(4, lambda: errors.pop(0)))
        assert waits == [1.0, 2.0, 7.0, 1.0]

    @pytest.mark.parametrize(("hint", "waits"), [("30", [30.0]), ("31", [])])
    def test_without_a_deadline_no_longer_than_the_longest(
        self, hint: str, waits: list[float]
    ) -> None:
        found, _, error = waits_of(self.CONFIG, failing(1, lambda: busy(hint)))
        assert found == waits
        assert (error is None) is bool(waits)

    def test_a_deadline_leaves_time_for_longer_ones(self) -> None:
        assert waits_of(self.CONFIG, failing(1, lambda: busy("50")), total=60)[0] == [50.0]

    def test_one_that_would_end_after_the_deadline_is_not_begun(self) -> None:
        waits, took, error = waits_of(self.CONFIG, failing(1, lambda: busy("60")), total=60)
        assert (waits, took) == ([], 0.0)
        assert isinstance(error, httpx.HTTPStatusError)

    def test_never_means_never(self) -> None:
        refusing = ConnectionError("no more")
        refusing.retry_after = math.inf  # type: ignore[attr-defined]
        waits, _, error = waits_of(self.CONFIG, failing(1, lambda: refusing))
        assert (waits, error) == ([], refusing)


class TestDeadline:
    @given(
        total=st.floats(0.1, 60),
        takes=st.floats(0, 20),
        config=st.builds(
            RetryConfig,
            st.integers(1, 8),
            st.floats(0, 20),
            st.floats(20, 60),
            st.floats(1, 3),
            st.sampled_from([jitter.none, jitter.full, jitter.equal, jitter.additive(0.5)]),
        ),
        hint=st.none() | st.integers(0, 30),
    )
    def test_it_is_never_passed_and_no_wait_is_begun_in_vain(
        self, total: float, takes: float, config: RetryConfig, hint: int | None
    ) -> None:
        def error() -> Exception:
            return ConnectionError() if hint is None else busy(str(hint))

        waits, took, raised = waits_of(config, failing(100, error, takes), total)
        assert took <= total + 1e-6
        attempts = len(waits) + 1
        assert attempts <= config.max_attempts
        if isinstance(raised, DeadlineExceededError):
            assert took == pytest.approx(total)
        else:
            assert took == pytest.approx(sum(waits) + attempts * takes)

    @pytest.mark.parametrize("hint", [None, "1"])
    def test_a_fifth_of_a_second_cuts_an_attempt_of_one(self, hint: str | None) -> None:
        """In real time: within 50 ms, be there a Retry-After of a second or none."""

        async def work() -> None:
            await asyncio.sleep(1)
            raise busy(hint) if hint else ConnectionError()

        async def act() -> None:
            with pytest.raises(DeadlineExceededError):
                async with deadline_after(0.2):
                    await Retry(RetryConfig()).call(work)

        assert_takes(act, 0.2)

    def test_an_answer_that_asks_to_wait_beyond_it_is_the_last(self) -> None:
        """In real time: a Retry-After of a second at 0.1 s, with a deadline of 0.2 s."""

        async def work() -> None:
            await asyncio.sleep(0.1)
            raise busy("1")

        async def act() -> None:
            with pytest.raises(httpx.HTTPStatusError):
                async with deadline_after(0.2):
                    await Retry(RetryConfig()).call(work)

        assert_takes(act, 0.1)

    def test_each_attempt_may_have_an_end_of_its_own(self) -> None:
        async def attempt() -> None:
            async with attempt_timeout(2, clock=running_loop().time):
                await asyncio.sleep(60)

        waits, took, error = waits_of(RetryConfig(5, 1.0, 30.0, 2.0, jitter.none), attempt, 10)
        assert waits == [1.0, 2.0]  # attempts end at 2, 5 and 9 s: 4 s more would end after the 10
        assert took == 9.0
        assert isinstance(error, AttemptTimeoutError)

    def test_what_is_over_is_not_tried_again_though_it_passes(self, fake_time: Any) -> None:
        calls: list[float] = []

        def slow() -> None:
            calls.append(fake_time.now)
            fake_time.now += 6
            raise TimeoutError

        with deadline_after(5, clock=fake_time), pytest.raises(TimeoutError):
            Retry(RetryConfig(initial_delay=0)).call_sync(slow)
        assert len(calls) == 1

    def test_sync_waits_end_before_it_too(self, fake_time: Any, progress: Any) -> None:
        def lost() -> None:
            raise ConnectionError("lost")

        began = fake_time.now
        config = RetryConfig(10, 1.0, 30.0, 2.0, jitter.none)
        with (
            deadline_after(8, clock=fake_time),
            pytest.raises(ConnectionError, match="lost"),
        ):
            Retry(config).call_sync(lost)
        assert [wait for _, _, wait, _ in progress.told] == [1.0, 2.0, 4.0]
        assert fake_time.now - began == pytest.approx(7.0)

    def test_an_inner_deadline_that_is_over_may_be_tried_again_by_an_outer_retry(self) -> None:
        ends: list[str] = []

        async def inner() -> str:
            takes = 60 if not ends else 1
            try:
                async with deadline_after(3, clock=running_loop().time):
                    await asyncio.sleep(takes)
            except DeadlineExceededError:
                ends.append("cut")
                raise
            return "done"

        async def act() -> str:
            async with deadline_after(20, clock=running_loop().time):
                return await Retry(RetryConfig()).call(inner)

        assert run(act()) == "done"
        assert ends == ["cut"]

    def test_after_the_outer_one_is_over_no_inner_retry_goes_on(self) -> None:
        attempts: list[float] = []

        async def inner() -> None:
            attempts.append(running_loop().time())
            async with attempt_timeout(None, clock=running_loop().time):
                await asyncio.sleep(60)

        async def act() -> None:
            retry = Retry(RetryConfig(initial_delay=0))
            async with deadline_after(2, clock=running_loop().time):
                await retry.call(retry.call, inner)

        with suppress(DeadlineExceededError):
            run(act())
        assert len(attempts) == 1
