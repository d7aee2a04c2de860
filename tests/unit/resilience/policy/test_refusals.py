"""Calls that a policy refuses, and fallbacks."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from proto_ddf.resilience import (
    BreakerState,
    BulkheadFullError,
    Policy,
    PolicyConfig,
    RateLimitedError,
    SlidingWindow,
)
from tests.unit.resilience.places import place_taken, place_taken_async
from tests.unit.resilience.policies import (
    ONCE,
    Clock,
    Flaky,
    Run,
    breaker_of,
    fail,
    make,
    run_async,
)


class TestRefusals:
    """A bulkhead or a rate limit says nothing about the target."""

    @staticmethod
    def refuse_by_bulkhead(policy: Policy) -> None:
        assert policy.bulkhead is not None
        with place_taken(policy.bulkhead), pytest.raises(BulkheadFullError):
            policy.call_sync(Flaky())

    @staticmethod
    def refuse_by_rate(policy: Policy) -> None:
        assert policy.shared.rate is not None
        for _ in range(policy.shared.rate.snapshot().available):
            policy.shared.rate.take()
        with pytest.raises(RateLimitedError):
            policy.call_sync(Flaky())

    @pytest.mark.parametrize("refuse", ["refuse_by_bulkhead", "refuse_by_rate"])
    def test_the_failures_in_a_row_stay(self, refuse: str) -> None:
        policy = make(max_concurrent=1, rate=(100, 1e6))
        fail(policy, 3)
        before = breaker_of(policy).snapshot()
        getattr(self, refuse)(policy)
        after = breaker_of(policy).snapshot()
        assert (after.failures, after.failed, after.state) == (3, 3, before.state)
        assert after.transitions == before.transitions

    @pytest.mark.parametrize("refuse", ["refuse_by_bulkhead", "refuse_by_rate"])
    def test_a_probe_that_is_refused_makes_room_for_the_next(self, refuse: str) -> None:
        clock = Clock()
        config = PolicyConfig(
            retry=ONCE, max_concurrent=1, rate=(100, 1e6), failure_threshold=1, success_threshold=1
        )
        policy = Policy("source", "a", config, clock=clock)
        fail(policy, 1)
        clock.now += config.reset_timeout
        getattr(self, refuse)(policy)
        assert breaker_of(policy).state is BreakerState.HALF_OPEN
        assert breaker_of(policy).call_sync(lambda: "probe") == "probe"
        assert breaker_of(policy).state is BreakerState.CLOSED

    def test_a_deadline_that_ends_the_queueing_is_no_failure(self, run: Run) -> None:
        policy = make(max_concurrent=1, max_queue=1, deadline=0.01)
        assert policy.bulkhead is not None
        with place_taken(policy.bulkhead), pytest.raises(BulkheadFullError):
            run(policy, Flaky())
        assert (breaker_of(policy).failures, policy.bulkhead.snapshot().waiting) == (0, 0)

    @staticmethod
    def policy_that_times(clock: Clock) -> Policy:
        window = SlidingWindow("count", 10, 1, slow_call_seconds=1.0, slow_call_rate=0.1)
        config = PolicyConfig(retry=ONCE, max_concurrent=1, max_queue=1, window=window)
        return Policy("source", "a", config, clock=clock)

    def test_time_in_the_queue_is_no_slow_call(self) -> None:
        clock = Clock()
        policy = self.policy_that_times(clock)

        async def work() -> str:
            assert policy.bulkhead is not None
            async with place_taken_async(policy.bulkhead):
                record_queue_time = asyncio.ensure_future(policy.call(Flaky().later))
                await asyncio.sleep(0)
                assert policy.bulkhead.snapshot().waiting == 1
                clock.now += 5
            return await record_queue_time

        assert asyncio.run(work()) == "done"
        assert breaker_of(policy).state is BreakerState.CLOSED

    def test_time_of_a_thread_in_the_queue_is_none_either(self) -> None:
        clock = Clock()
        policy = self.policy_that_times(clock)
        assert policy.bulkhead is not None
        with ThreadPoolExecutor(1) as pool:
            with place_taken(policy.bulkhead):
                record_queue_time = pool.submit(policy.call_sync, Flaky())
                while not policy.bulkhead.snapshot().waiting:
                    time.sleep(0.001)
                clock.now += 5
            assert record_queue_time.result(timeout=30) == "done"
        assert breaker_of(policy).state is BreakerState.CLOSED

    def test_time_in_the_call_itself_is_a_slow_call(self, run: Run) -> None:
        clock = Clock()
        policy = self.policy_that_times(clock)

        class Slow(Flaky):
            def __call__(self, answer: str = "done") -> str:
                clock.now += 5
                return answer

        assert run(policy, Slow()) == "done"
        assert breaker_of(policy).state is BreakerState.OPEN


class TestFallback:
    def test_a_value_takes_the_place_of_a_failed_call(self, run: Run) -> None:
        policy = make().with_fallback([])
        assert run(policy, Flaky(ConnectionError())) == []
        assert run(policy, Flaky()) == "done"

    def test_a_function_is_given_the_error(self, run: Run) -> None:
        policy = make().with_fallback(lambda error: f"instead of {error}")
        assert run(policy, Flaky(ConnectionError("x"))) == "instead of x"

    def test_a_coroutine_function_is_awaited(self) -> None:
        async def instead(error: Exception) -> str:
            return str(error)

        assert run_async(make().with_fallback(instead), Flaky(ConnectionError("x"))) == "x"

    def test_none_is_a_value(self, run: Run) -> None:
        assert run(make().with_fallback(None), Flaky(ConnectionError())) is None

    def test_an_open_circuit_falls_back_too(self, run: Run) -> None:
        policy = make()
        policy.force_open()
        assert run(policy.with_fallback("cached"), Flaky()) == "cached"

    def test_a_cancellation_does_not(self) -> None:
        with pytest.raises(KeyboardInterrupt):
            make().with_fallback("cached").call_sync(Flaky(KeyboardInterrupt()))

    def test_it_shares_all_else(self) -> None:
        policy = make(failure_threshold=2)
        lenient = policy.with_fallback("cached")
        lenient.call_sync(Flaky(ConnectionError()))
        assert (policy.snapshot().failed, breaker_of(policy).failures) == (1, 1)
        with pytest.raises(ConnectionError):
            policy.call_sync(Flaky(ConnectionError()))
        assert lenient.snapshot().failed == 2
        assert breaker_of(lenient).state is BreakerState.OPEN
