"""Calls through a policy: results, errors and retries."""

import asyncio
from collections.abc import Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from proto_ddf.errors import ValidationError
from proto_ddf.resilience import BreakerState, CircuitOpenError, Policy, PolicyConfig
from tests.unit.resilience.policies import THRICE, Clock, Flaky, Run, breaker_of, make


class TestCalls:
    def test_the_result_comes_back(self, run: Run) -> None:
        assert run(make(), Flaky(), "answer") == "answer"

    def test_arguments_of_any_name_are_passed_on(self) -> None:
        def called(**given: int) -> dict[str, int]:
            return given

        assert make(retry=THRICE, deadline=9).call_sync(called, fn=1, self=2, args=3) == {
            "fn": 1,
            "self": 2,
            "args": 3,
        }

    def test_what_passes_is_tried_again(self, run: Run) -> None:
        flaky = Flaky(ConnectionError(), TimeoutError())
        assert run(make(retry=THRICE), flaky) == "done"
        assert flaky.calls == 3

    def test_the_last_error_is_raised(self, run: Run) -> None:
        last = ConnectionError("third")
        flaky = Flaky(ConnectionError("first"), ConnectionError("second"), last)
        with pytest.raises(ConnectionError) as raised:
            run(make(retry=THRICE), flaky)
        assert raised.value is last

    def test_what_stays_is_not_tried_again(self, run: Run) -> None:
        flaky = Flaky(ValidationError("No.", "name", ""), ConnectionError())
        with pytest.raises(ValidationError):
            run(make(retry=THRICE), flaky)
        assert flaky.calls == 1

    def test_the_attempt_that_opens_the_circuit_is_the_last_and_is_reported(self, run: Run) -> None:
        policy = make(retry=THRICE, failure_threshold=2)
        flaky = Flaky(*(ConnectionError() for _ in range(9)))
        with pytest.raises(ConnectionError):
            run(policy, flaky)
        assert flaky.calls == 2
        with pytest.raises(CircuitOpenError) as refused:
            run(policy, flaky)
        assert refused.value.system == "source a"
        assert flaky.calls == 2

    def test_a_wait_that_outlasts_the_pause_takes_place(self, run: Run) -> None:
        policy = make(retry=THRICE, failure_threshold=1, reset_timeout=0.0)
        assert run(policy, Flaky(ConnectionError(), ConnectionError())) == "done"

    def test_a_breaker_that_is_switched_off_lets_all_through(self, run: Run) -> None:
        policy = make(breaker=False, failure_threshold=1)
        for _ in range(20):
            with pytest.raises(ConnectionError):
                run(policy, Flaky(ConnectionError()))
        assert run(policy, Flaky()) == "done"
        policy.force_open()
        assert run(policy, Flaky()) == "done"
        assert policy.snapshot().breaker is None

    def test_by_hand(self, run: Run) -> None:
        policy = make()
        policy.force_open()
        with pytest.raises(CircuitOpenError):
            run(policy, Flaky())
        policy.reset()
        assert run(policy, Flaky()) == "done"

    def test_as_a_decorator(self) -> None:
        policy = make(retry=THRICE)
        flaky = Flaky(ConnectionError(), ConnectionError())

        @policy
        def work(answer: str) -> str:
            """What it does."""
            return flaky(answer)

        @policy
        async def work_later(answer: str) -> str:
            return flaky(answer)

        assert work("a") == "a"
        assert (work.__name__, work.__doc__) == ("work", "What it does.")
        assert asyncio.run(work_later("b")) == "b"
        assert policy.snapshot().calls == 2

    def test_a_callable_object_that_is_awaited_is_tried_again_too(self) -> None:
        policy, flaky = make(retry=THRICE), Flaky(ConnectionError(), ConnectionError())

        class Work:
            async def __call__(self, answer: str) -> str:
                return flaky(answer)

        assert asyncio.run(policy(Work())("a")) == "a"
        assert policy.snapshot().attempts == 3

    def test_generators_are_refused(self) -> None:
        def rows() -> Iterator[int]:
            yield 1

        with pytest.raises(TypeError, match="generator"):
            make()(rows)


class TestWithoutRetries:
    def test_a_call_has_one_attempt(self, run: Run) -> None:
        fails = Flaky(ConnectionError())
        with pytest.raises(ConnectionError):
            run(make(retry=THRICE).without_retries(), fails)
        assert fails.calls == 1

    def test_it_opens_and_closes_the_breaker_of_the_policy(self) -> None:
        clock = Clock()
        config = PolicyConfig(retry=THRICE, failure_threshold=1, success_threshold=1)
        policy = Policy("source", "a", config, clock=clock)
        once = policy.without_retries()
        with pytest.raises(ConnectionError):
            once.call_sync(Flaky(ConnectionError()))
        assert breaker_of(policy).state is BreakerState.OPEN
        with pytest.raises(CircuitOpenError):
            once.call_sync(Flaky())
        clock.now += breaker_of(policy).reset_timeout
        assert once.call_sync(Flaky()) == "done"
        assert breaker_of(policy).state is BreakerState.CLOSED

    def test_it_leaves_the_budget_alone_and_counts_as_calls(self, failed: list[Exception]) -> None:
        policy = make(retry=THRICE, budget=(10.0, 1.0))
        once = policy.without_retries()
        with pytest.raises(ConnectionError):
            once.call_sync(Flaky(ConnectionError()))
        shown = policy.snapshot()
        assert shown.budget is not None
        assert shown.budget.tokens == shown.budget.max_tokens
        assert (shown.calls, shown.failed, shown.attempts, shown.retries) == (1, 1, 1, 0)
        assert [type(error) for error in failed] == [ConnectionError]

    def test_the_policy_itself_goes_on_retrying(self, run: Run) -> None:
        policy = make(retry=THRICE)
        policy.without_retries()
        assert run(policy, Flaky(ConnectionError())) == "done"


def test_one_policy_serves_many_loops_and_threads() -> None:
    policy = make(max_concurrent=2, max_queue=100, deadline=60, attempt_timeout=60)

    async def some() -> int:
        async def one(number: int) -> int:
            await asyncio.sleep(0)
            return number

        calls: list[Awaitable[int]] = [policy.call(one, number) for number in range(20)]
        return sum(await asyncio.gather(*calls))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: asyncio.run(some()), range(4))) == [190] * 4
    shown = policy.snapshot().bulkhead
    assert shown is not None
    assert (shown.active, shown.waiting, shown.refused) == (0, 0, 0)
