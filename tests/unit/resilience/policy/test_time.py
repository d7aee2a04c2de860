"""How a policy limits the time of a call."""

import asyncio
import contextvars

import pytest

from proto_ddf.resilience import (
    AttemptTimeoutError,
    DeadlineExceededError,
    Policy,
    PolicyConfig,
    RetryConfig,
    current_deadline,
    deadline_after,
    time_left,
)
from proto_ddf.resilience.retry import jitter
from tests.unit.resilience.policies import ONCE, THRICE, Clock, Flaky, Run, breaker_of, make


class TestTime:
    def test_an_attempt_that_takes_too_long_is_cut_and_tried_again(
        self, failed: list[Exception]
    ) -> None:
        policy = make(retry=THRICE, attempt_timeout=0.01)
        calls = 0

        async def slow_once() -> str:
            nonlocal calls
            calls += 1
            if calls == 1:
                await asyncio.sleep(60)
            return "done"

        assert asyncio.run(policy.call(slow_once)) == "done"
        shown = policy.snapshot()
        assert (shown.attempts, shown.retries) == (2, 1)
        assert [type(error) for error in failed] == [AttemptTimeoutError]

    def test_a_timeout_of_an_attempt_is_a_failure_of_the_target(self) -> None:
        policy = make(attempt_timeout=0.01)
        with pytest.raises(AttemptTimeoutError):
            asyncio.run(policy.call(asyncio.sleep, 60))
        assert breaker_of(policy).failures == 1

    def test_the_deadline_cuts_the_attempt_in_flight_which_counts_for_the_breaker(self) -> None:
        policy = make(retry=THRICE, deadline=0.5, attempt_timeout=30)
        with pytest.raises(DeadlineExceededError):
            asyncio.run(policy.call(asyncio.sleep, 60))
        assert breaker_of(policy).failures == 1
        assert policy.snapshot().attempts == 1

    def test_no_wait_begins_that_would_end_after_the_deadline(self, run: Run) -> None:
        flaky = Flaky(*(ConnectionError() for _ in range(3)))
        policy = make(retry=RetryConfig(3, 60.0, 60.0, jitter=jitter.none), deadline=5)
        with pytest.raises(ConnectionError):
            run(policy, flaky)
        assert flaky.calls == 1

    def test_a_sync_call_tells_its_driver_how_long_it_may_take(self) -> None:
        short, long = (
            make(deadline=60, attempt_timeout=2.0).call_sync(time_left, 30.0),
            make(deadline=1.0, attempt_timeout=20.0).call_sync(time_left, 30.0),
        )
        assert 1 < short <= 2
        assert 0 < long <= 1

    def test_a_nested_call_inherits_what_is_left(self) -> None:
        inner = Policy("inner", config=PolicyConfig(retry=ONCE, deadline=60, attempt_timeout=60))

        def end() -> float:
            found = current_deadline()
            assert found is not None
            return found.left()

        outer = make(deadline=2, attempt_timeout=60)
        assert 0 < outer.call_sync(inner.call_sync, end) <= 2

        async def end_later() -> float:
            return end()

        assert 0 < asyncio.run(outer.call(inner.call, end_later)) <= 2

    def test_with_no_time_left_nothing_is_begun(self, run: Run) -> None:
        now = Clock()
        policy, flaky = make(deadline=10), Flaky()
        with deadline_after(5, clock=now):
            now.now += 5
            with pytest.raises(DeadlineExceededError):
                run(policy, flaky)
        shown = policy.snapshot()
        assert (flaky.calls, breaker_of(policy).failures) == (0, 0)
        assert (shown.calls, shown.failed, shown.retries) == (1, 1, 0)

    def test_a_cancellation_is_passed_on_and_counts_as_nothing(
        self, failed: list[Exception]
    ) -> None:
        policy = make(retry=THRICE, deadline=30, attempt_timeout=30, max_concurrent=1)

        async def work() -> None:
            task = asyncio.ensure_future(policy.call(asyncio.sleep, 60))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()

        asyncio.run(work())
        shown = policy.snapshot()
        assert (shown.failed, failed, breaker_of(policy).failures) == (0, [], 0)
        assert shown.bulkhead is not None
        assert shown.bulkhead.active == 0


def test_an_abandoned_call_leaves_nothing_behind() -> None:
    """The garbage collector closes an abandoned call, in any context."""
    policy = make(deadline=60, attempt_timeout=60, max_concurrent=1)

    async def work() -> None:
        call = policy.call(asyncio.Event().wait)
        step = contextvars.copy_context().run
        step(call.send, None)
        assert policy.bulkhead is not None
        assert policy.bulkhead.snapshot().active == 1
        call.close()
        assert policy.bulkhead.snapshot().active == 0
        assert current_deadline() is None

    asyncio.run(work())
    assert breaker_of(policy).snapshot().failed == 0
