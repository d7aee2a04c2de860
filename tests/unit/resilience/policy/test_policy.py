"""What a policy makes of a call: its result, its errors, and what it remembers of them."""

import asyncio
import contextvars
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import pytest
import structlog

from proto_ddf.errors import ValidationError
from proto_ddf.resilience import (
    AttemptTimeoutError,
    BreakerState,
    BulkheadFullError,
    CircuitBreaker,
    CircuitOpenError,
    DeadlineExceededError,
    Policy,
    PolicyConfig,
    RateLimitedError,
    RetryConfig,
    SlidingWindow,
    current_deadline,
    deadline_after,
    time_left,
)
from proto_ddf.resilience.injection import registry
from proto_ddf.resilience.retry import jitter
from proto_ddf.settings import get_settings
from tests.unit.resilience.places import place_taken, place_taken_async

ONCE = RetryConfig(max_attempts=1)
THRICE = RetryConfig(max_attempts=3, initial_delay=0.0)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Flaky:
    """Raises the errors it was given, one a call, then answers."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, answer: str = "done") -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return answer

    async def later(self, answer: str = "done") -> str:
        return self(answer)


def make(**config: Any) -> Policy:
    return Policy("source", "a", PolicyConfig(**{"retry": ONCE, **config}))


def breaker_of(policy: Policy) -> CircuitBreaker:
    assert policy.breaker is not None
    return policy.breaker


def fail(policy: Policy, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ConnectionError):
            policy.call_sync(Flaky(ConnectionError("down")))


def run_sync(policy: Policy, flaky: Flaky, *args: str) -> str:
    return policy.call_sync(flaky, *args)


def run_async(policy: Policy, flaky: Flaky, *args: str) -> str:
    return asyncio.run(policy.call(flaky.later, *args))


Run = Callable[..., str]


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found


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

    def test_the_attempt_that_opens_the_circuit_is_the_last_and_is_told(self, run: Run) -> None:
        policy = make(retry=THRICE, failure_threshold=2)
        flaky = Flaky(*(ConnectionError() for _ in range(9)))
        with pytest.raises(ConnectionError):
            run(policy, flaky)
        assert flaky.calls == 2
        with pytest.raises(CircuitOpenError) as refused:
            run(policy, flaky)
        assert refused.value.system == "source a"
        assert flaky.calls == 2

    def test_a_wait_that_outlasts_the_pause_is_made(self, run: Run) -> None:
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


class TestTime:
    def test_an_attempt_that_takes_too_long_is_cut_and_tried_again(self) -> None:
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
        assert [code for _, code, _ in shown.last_errors] == ["timeout"]

    def test_a_timeout_of_an_attempt_is_a_failure_of_the_target(self) -> None:
        policy = make(attempt_timeout=0.01)
        with pytest.raises(AttemptTimeoutError):
            asyncio.run(policy.call(asyncio.sleep, 60))
        assert breaker_of(policy).failures == 1

    def test_the_deadline_cuts_the_attempt_in_flight_which_counts_for_the_breaker(self) -> None:
        policy = make(retry=THRICE, deadline=0.01, attempt_timeout=30)
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

    def test_a_cancellation_is_passed_on_and_counts_as_nothing(self) -> None:
        policy = make(retry=THRICE, deadline=30, attempt_timeout=30, max_concurrent=1)

        async def work() -> None:
            task = asyncio.ensure_future(policy.call(asyncio.sleep, 60))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()

        asyncio.run(work())
        shown = policy.snapshot()
        assert (shown.failed, shown.last_errors, breaker_of(policy).failures) == (0, (), 0)
        assert shown.bulkhead is not None
        assert shown.bulkhead.active == 0


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

    def test_it_leaves_the_budget_alone_and_counts_as_calls(self) -> None:
        policy = make(retry=THRICE, budget=(10.0, 1.0))
        once = policy.without_retries()
        with pytest.raises(ConnectionError):
            once.call_sync(Flaky(ConnectionError()))
        shown = policy.snapshot()
        assert shown.budget is not None
        assert shown.budget.tokens == shown.budget.max_tokens
        assert (shown.calls, shown.failed, shown.attempts, shown.retries) == (1, 1, 1, 0)
        assert [error[1] for error in shown.last_errors] == ["connection_failed"]

    def test_the_policy_itself_goes_on_retrying(self, run: Run) -> None:
        policy = make(retry=THRICE)
        policy.without_retries()
        assert run(policy, Flaky(ConnectionError())) == "done"


class TestShown:
    def test_counts(self, run: Run) -> None:
        policy = make(retry=THRICE, failure_threshold=4)
        run(policy, Flaky(ConnectionError()))
        with pytest.raises(ConnectionError):
            run(policy, Flaky(*(ConnectionError() for _ in range(3))))
        shown = policy.snapshot()
        assert (shown.calls, shown.failed, shown.attempts, shown.retries) == (2, 1, 5, 3)
        policy.force_open()
        with pytest.raises(CircuitOpenError):
            run(policy, Flaky())
        shown = policy.snapshot()
        assert (shown.calls, shown.failed, shown.attempts, shown.retries) == (3, 2, 6, 3)

    def test_counts_of_many_threads_are_exact(self) -> None:
        twice = RetryConfig(max_attempts=2, initial_delay=0.0)
        policy = make(retry=twice, budget=None, failure_threshold=10_000)
        ready = threading.Barrier(8)

        def work() -> None:
            ready.wait(30)
            for _ in range(200):
                policy.call_sync(Flaky(ConnectionError()))

        with ThreadPoolExecutor(8) as pool:
            for each in [pool.submit(work) for _ in range(8)]:
                each.result(timeout=120)
        shown = policy.snapshot()
        assert (shown.calls, shown.failed, shown.attempts) == (1600, 0, 3200)
        assert shown.breaker is not None
        assert shown.breaker.calls == 3200

    def test_the_last_errors_are_kept_with_their_words(self) -> None:
        policy = make(breaker=False)
        fail(policy, 25)
        errors = policy.snapshot().last_errors
        assert len(errors) == 20
        assert errors[-1][1:] == ("connection_failed", "No connection")
        assert errors[0][0] <= errors[-1][0]

    def test_the_log_of_its_retries_names_it(self, run: Run) -> None:
        with structlog.testing.capture_logs() as lines:
            run(make(retry=THRICE), Flaky(ConnectionError()))
        assert [(line["event"], line["call"]) for line in lines] == [("retrying", "source a")]

    def test_so_many_errors_in_so_short_a_time_alert(self) -> None:
        clock = Clock()
        config = PolicyConfig(retry=ONCE, breaker=False, alert_threshold=3, alert_window=60)
        policy = Policy("source", "a", config, clock=clock)
        fail(policy, 1)
        clock.now += 30
        fail(policy, 1)
        assert not policy.snapshot().alerting
        clock.now += 30
        fail(policy, 1)
        assert policy.snapshot().alerting
        clock.now += 1
        assert not policy.snapshot().alerting

    def test_the_retry_budget_of_the_system_is_shown_as_it_stands(self) -> None:
        policy = make(retry=THRICE, budget=(3.0, 0.5), breaker=False)
        with pytest.raises(ConnectionError):
            policy.call_sync(Flaky(*(ConnectionError() for _ in range(3))))
        budget = policy.snapshot().budget
        assert budget is not None
        assert (budget.tokens, budget.allowed) == (1.0, False)

    def test_it_can_be_told_as_json(self) -> None:
        policy = make(
            deadline=9,
            max_concurrent=2,
            rate=(5, 1.0),
            adaptive=True,
            window=SlidingWindow("time", 10, 1),
        )
        fail(policy, 1)
        told = json.loads(json.dumps(asdict(policy.snapshot())))
        assert told["breaker"]["state"] == "open"
        assert told["bulkhead"]["active"] == 0
        assert ["Rate limit", "5 calls in 1 s"] in told["config"]


class TestInjections:
    @pytest.fixture(autouse=True)
    def _switched_on(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("FAULTS_ENABLED", "true")
        get_settings.cache_clear()
        yield
        registry.stop_all()
        get_settings.cache_clear()

    def test_they_replace_the_call(self, run: Run) -> None:
        registry.inject("source", "reset", calls=2)
        policy, flaky = make(retry=THRICE), Flaky()
        assert run(policy, flaky) == "done"
        assert flaky.calls == 1
        assert [code for _, code, _ in policy.snapshot().last_errors] == ["connection_failed"] * 2

    def test_only_their_target(self, run: Run) -> None:
        registry.inject("source", "reset", target="b")
        assert run(make(), Flaky()) == "done"

    def test_they_open_the_breaker_and_it_closes_after_them(self, run: Run) -> None:
        injection = registry.inject("source", "error")
        policy = make(failure_threshold=2, reset_timeout=0.0, success_threshold=1)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                run(policy, Flaky())
        assert breaker_of(policy).snapshot().transitions[0].after is BreakerState.OPEN
        registry.stop(injection.id)
        assert run(policy, Flaky()) == "done"
        assert breaker_of(policy).state is BreakerState.CLOSED

    def test_an_outcome_is_answered_instead(self, run: Run) -> None:
        registry.inject("source", "outcome", outcome="made up")
        flaky = Flaky()
        assert (run(make(), flaky), flaky.calls) == ("made up", 0)

    def test_a_call_that_hangs_is_cut_by_its_timeout(self, run: Run) -> None:
        registry.inject("source", "hang")
        policy = make(attempt_timeout=0.02)
        with pytest.raises(TimeoutError):
            run(policy, Flaky())
        assert breaker_of(policy).failures == 1


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


def test_an_abandoned_call_leaves_nothing_behind() -> None:
    """The garbage collector closes what was abandoned, in whatever context it runs."""
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
