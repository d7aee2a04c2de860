"""The breaker: when it opens, who is let through, whose result counts."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from proto_ddf.errors import IntegrationError, classify
from proto_ddf.resilience import BreakerState, CircuitBreaker, CircuitOpenError

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class YieldingClock(Clock):
    """Lets other threads run whenever it is looked at, so that races show."""

    def __call__(self) -> float:
        time.sleep(0)
        return self.now


class Suspended:
    """An awaitable that waits for one send."""

    def __await__(self) -> Any:
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker("shop", failure_threshold=3, reset_timeout=30.0, clock=clock)


def fail(error: BaseException | None = None) -> None:
    raise error or ConnectionError("lost")


def fail_times(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ConnectionError):
            breaker.call_sync(fail)


@pytest.fixture
def half_open(breaker: CircuitBreaker, clock: Clock) -> CircuitBreaker:
    fail_times(breaker, 3)
    clock.now += 30
    return breaker


class TestOpening:
    def test_lets_calls_through_and_returns_their_result(self, breaker: CircuitBreaker) -> None:
        assert breaker.call_sync(lambda first, second: first + second, 1, second=2) == 3
        assert breaker.state is CLOSED

    def test_opens_after_so_many_failures_in_a_row(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 2)
        assert breaker.state is CLOSED
        fail_times(breaker, 1)
        assert breaker.state is OPEN

    def test_a_success_in_between_starts_the_count_anew(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 2)
        breaker.call_sync(int)
        fail_times(breaker, 2)
        assert (breaker.state, breaker.failures) == (CLOSED, 2)

    def test_open_it_calls_nothing_and_says_when_to_come_back(
        self, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        fail_times(breaker, 3)
        clock.now += 10
        calls: list[int] = []
        with pytest.raises(CircuitOpenError) as caught:
            breaker.call_sync(calls.append, 1)
        assert calls == []
        assert caught.value.retry_after == pytest.approx(20)
        assert (caught.value.code, caught.value.system) == ("circuit_open", "shop")
        assert isinstance(caught.value, IntegrationError)

    def test_open_it_says_what_failed(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 3)
        with pytest.raises(CircuitOpenError) as caught:
            breaker.call_sync(int)
        assert "in a row (no connection), so it is left alone for" in classify(caught.value).message

    @pytest.mark.parametrize("error", [ValueError("bad"), PermissionError(13, "no")], ids=repr)
    def test_other_errors_do_not_count(self, breaker: CircuitBreaker, error: Exception) -> None:
        for _ in range(10):
            with pytest.raises(type(error)):
                breaker.call_sync(fail, error)
        assert (breaker.state, breaker.failures) == (CLOSED, 0)

    def test_cancellations_do_not_count(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 2)
        for error in (KeyboardInterrupt(), asyncio.CancelledError(), GeneratorExit()):
            with pytest.raises(type(error)):
                breaker.call_sync(fail, error)
        assert (breaker.state, breaker.failures) == (CLOSED, 2)

    def test_five_failures_and_thirty_seconds_are_the_defaults(self) -> None:
        breaker = CircuitBreaker("defaults")
        assert (breaker.failure_threshold, breaker.reset_timeout) == (5, 30.0)
        fail_times(breaker, 4)
        assert breaker.state is CLOSED
        fail_times(breaker, 1)
        assert breaker.state is OPEN

    @pytest.mark.parametrize("wrong", [{"failure_threshold": 0}, {"reset_timeout": -1.0}])
    def test_senseless_numbers_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="failure_threshold"):
            CircuitBreaker("x", **wrong)


class TestProbing:
    def test_when_the_time_is_up_it_is_half_open(
        self, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        fail_times(breaker, 3)
        clock.now += 29.9
        assert breaker.state is OPEN
        clock.now += 0.2
        assert breaker.state is HALF_OPEN

    def test_a_probe_that_succeeds_closes_it(self, half_open: CircuitBreaker) -> None:
        assert half_open.call_sync(lambda: "ok") == "ok"
        assert (half_open.state, half_open.failures) == (CLOSED, 0)

    def test_a_probe_that_fails_opens_it_for_the_whole_time(
        self, half_open: CircuitBreaker, clock: Clock
    ) -> None:
        fail_times(half_open, 1)
        assert half_open.state is OPEN
        with pytest.raises(CircuitOpenError) as caught:
            half_open.call_sync(int)
        assert caught.value.retry_after == pytest.approx(30)

    def test_a_probe_that_is_answered_with_an_error_of_ours_closes_it(
        self, half_open: CircuitBreaker
    ) -> None:
        with pytest.raises(ValueError, match="bad"):
            half_open.call_sync(fail, ValueError("bad"))
        assert half_open.state is CLOSED

    def test_a_cancelled_probe_makes_room_for_the_next(self, half_open: CircuitBreaker) -> None:
        with pytest.raises(asyncio.CancelledError):
            half_open.call_sync(fail, asyncio.CancelledError())
        assert half_open.state is HALF_OPEN
        assert half_open.call_sync(lambda: "ok") == "ok"
        assert half_open.state is CLOSED

    def test_a_probe_stopped_by_another_breaker_tells_nothing(
        self, half_open: CircuitBreaker
    ) -> None:
        with pytest.raises(CircuitOpenError):
            half_open.call_sync(fail, CircuitOpenError("other", 3))
        assert half_open.state is HALF_OPEN

    def test_while_a_probe_runs_others_are_refused(self, half_open: CircuitBreaker) -> None:
        def probe() -> None:
            with pytest.raises(CircuitOpenError):
                half_open.call_sync(int)

        half_open.call_sync(probe)
        assert half_open.state is CLOSED

    def test_a_hung_probe_makes_room_and_its_late_result_is_dropped(
        self, half_open: CircuitBreaker, clock: Clock
    ) -> None:
        def hung() -> None:
            clock.now += 31
            with pytest.raises(ConnectionError):
                half_open.call_sync(fail)
            assert half_open.state is OPEN

        half_open.call_sync(hung)
        assert half_open.state is OPEN

    def test_the_late_success_of_a_hung_probe_does_not_close_it_under_the_next_one(
        self, half_open: CircuitBreaker, clock: Clock
    ) -> None:
        hung, replacing = half_open.call(Suspended), half_open.call(Suspended)
        hung.send(None)
        clock.now += 31
        replacing.send(None)
        with pytest.raises(StopIteration):
            hung.send(None)
        assert half_open.state is HALF_OPEN
        with pytest.raises(ConnectionError):
            replacing.throw(ConnectionError())
        assert half_open.state is OPEN

    def test_a_probe_may_take_seconds_however_short_the_timeout(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", failure_threshold=1, reset_timeout=0.1, clock=clock)
        fail_times(breaker, 1)
        clock.now += 0.2

        def slow() -> None:
            clock.now += 2
            with pytest.raises(CircuitOpenError):
                breaker.call_sync(int)

        breaker.call_sync(slow)
        assert breaker.state is CLOSED


class TestLateResults:
    def test_a_failure_from_before_it_opened_does_not_reopen_it(
        self, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        def slow_failure() -> None:
            fail_times(breaker, 3)
            clock.now += 30
            breaker.call_sync(int)
            fail()

        with pytest.raises(ConnectionError):
            breaker.call_sync(slow_failure)
        assert (breaker.state, breaker.failures) == (CLOSED, 0)

    def test_a_success_from_before_it_opened_does_not_close_it(
        self, breaker: CircuitBreaker
    ) -> None:
        breaker.call_sync(lambda: fail_times(breaker, 3))
        assert breaker.state is OPEN


class TestReset:
    def test_closes_it(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 3)
        breaker.reset()
        assert (breaker.state, breaker.failures) == (CLOSED, 0)
        assert breaker.call_sync(lambda: 1) == 1

    def test_calls_under_way_no_longer_count(self, breaker: CircuitBreaker) -> None:
        fail_times(breaker, 2)

        def work() -> None:
            breaker.reset()
            fail()

        with pytest.raises(ConnectionError):
            breaker.call_sync(work)
        assert breaker.failures == 0


class TestAsync:
    def test_opens_and_probes(self, breaker: CircuitBreaker, clock: Clock) -> None:
        async def broken() -> None:
            raise TimeoutError

        async def fine(value: int) -> int:
            return value

        async def act() -> None:
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await breaker.call(broken)
            with pytest.raises(CircuitOpenError):
                await breaker.call(fine, 1)
            clock.now += 30
            assert await breaker.call(fine, 2) == 2

        asyncio.run(act())
        assert breaker.state is CLOSED

    def test_a_cancelled_task_frees_the_probe(self, half_open: CircuitBreaker) -> None:
        async def act() -> None:
            task = asyncio.create_task(half_open.call(asyncio.sleep, 3600))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert half_open.state is HALF_OPEN
            await half_open.call(asyncio.sleep, 0)

        asyncio.run(act())
        assert half_open.state is CLOSED


class TestDecorator:
    def test_guards_sync_functions(self, breaker: CircuitBreaker) -> None:
        @breaker
        def work(error: Exception | None) -> str:
            if error:
                raise error
            return "ok"

        assert (work.__name__, work(None)) == ("work", "ok")
        for _ in range(3):
            with pytest.raises(ConnectionError):
                work(ConnectionError())
        with pytest.raises(CircuitOpenError):
            work(None)

    def test_guards_async_functions(self, breaker: CircuitBreaker) -> None:
        @breaker
        async def work() -> None:
            raise ConnectionError

        assert asyncio.iscoroutinefunction(work)

        async def act() -> None:
            for _ in range(3):
                with pytest.raises(ConnectionError):
                    await work()
            with pytest.raises(CircuitOpenError):
                await work()

        asyncio.run(act())


class TestManyAtOnce:
    def test_of_a_hundred_tasks_one_is_let_through(self, half_open: CircuitBreaker) -> None:
        probes = 0

        async def act() -> list[Any]:
            gate = asyncio.Event()

            async def probe() -> str:
                nonlocal probes
                probes += 1
                await gate.wait()
                return "ok"

            tasks = [asyncio.create_task(half_open.call(probe)) for _ in range(100)]
            await asyncio.sleep(0)
            gate.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

        results = asyncio.run(act())
        assert probes == 1
        assert results.count("ok") == 1
        assert sum(isinstance(result, CircuitOpenError) for result in results) == 99
        assert half_open.state is CLOSED

    @pytest.mark.parametrize("round_", range(5))
    def test_of_fifty_threads_one_is_let_through(self, round_: int) -> None:
        clock = YieldingClock()
        half_open = CircuitBreaker("x", failure_threshold=1, reset_timeout=30, clock=clock)
        fail_times(half_open, 1)
        clock.now += 30
        start, refused = threading.Barrier(50), threading.Semaphore(0)
        probes: list[int] = []

        def probe() -> None:
            probes.append(1)
            for _ in range(49):  # until every other thread was refused
                assert refused.acquire(timeout=30)

        def act(_: int) -> bool:
            start.wait(timeout=30)
            try:
                half_open.call_sync(probe)
            except CircuitOpenError:
                refused.release()
                return False
            return True

        with ThreadPoolExecutor(50) as pool:
            let_through = list(pool.map(act, range(50)))
        assert (len(probes), sum(let_through)) == (1, 1)
        assert half_open.state is CLOSED

    def test_tasks_and_threads_together(self, half_open: CircuitBreaker) -> None:
        probes: list[str] = []
        settled = threading.Event()
        start = threading.Barrier(51)

        def sync_probe() -> None:
            probes.append("thread")
            assert settled.wait(timeout=30)

        def in_thread(_: int) -> bool:
            start.wait(timeout=30)
            try:
                half_open.call_sync(sync_probe)
            except CircuitOpenError:
                return False
            return True

        async def async_probe() -> None:
            probes.append("task")
            await asyncio.to_thread(settled.wait, 30)

        async def in_task() -> bool:
            try:
                await half_open.call(async_probe)
            except CircuitOpenError:
                return False
            return True

        async def tasks() -> list[bool]:
            start.wait(timeout=30)
            running = [asyncio.create_task(in_task()) for _ in range(100)]
            return [await task for task in running]

        with ThreadPoolExecutor(51) as pool:
            threads = [pool.submit(in_thread, number) for number in range(50)]
            async_side = pool.submit(asyncio.run, tasks())
            everyone = [*threads, async_side]
            while sum(one.done() for one in everyone) < 50:
                threading.Event().wait(0.005)
            settled.set()
            passed = [*(one.result() for one in threads), *async_side.result()]
        assert len(probes) == 1
        assert passed.count(True) == 1
        assert half_open.state is CLOSED

    def test_the_lock_is_not_held_during_the_call(self, breaker: CircuitBreaker) -> None:
        def look_from_another_thread() -> BreakerState:
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(lambda: breaker.state).result(timeout=30)

        assert breaker.call_sync(look_from_another_thread) is CLOSED


def test_changes_of_state_are_logged(breaker: CircuitBreaker, clock: Clock) -> None:
    with structlog.testing.capture_logs() as lines:
        fail_times(breaker, 3)
        clock.now += 30
        breaker.call_sync(int)
    assert [(line["target"], line["before"], line["after"]) for line in lines] == [
        ("shop", CLOSED, OPEN),
        ("shop", OPEN, HALF_OPEN),
        ("shop", HALF_OPEN, CLOSED),
    ]


class BreakerMachine(RuleBasedStateMachine):
    """Any mix of calls that overlap, results in any order, cancellations, resets and time passing, against
    a model that is written from the description, not from the code."""

    THRESHOLD, TIMEOUT = 3, 30.0

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = CircuitBreaker(
            "x", failure_threshold=self.THRESHOLD, reset_timeout=self.TIMEOUT, clock=self.clock
        )
        self.state = CLOSED
        self.failures = 0
        self.until = 0.0
        """When the open time, or the probe's lease, ends."""
        self.era = 0
        self.probing = False
        self.calls: list[tuple[Any, int]] = []
        """Coroutines under way, each with the era it began in."""

    def begin(self, state: BreakerState) -> None:
        self.state, self.probing, self.era = state, False, self.era + 1
        if state is CLOSED:
            self.failures = 0
        elif state is OPEN:
            self.until = self.clock.now + self.TIMEOUT

    @rule()
    def start_call(self) -> None:
        call = self.breaker.call(Suspended)
        if self.admits():
            call.send(None)
            self.calls.append((call, self.era))
        else:
            with pytest.raises(CircuitOpenError) as caught:
                call.send(None)
            assert caught.value.retry_after == pytest.approx(self.until - self.clock.now)

    def admits(self) -> bool:
        if self.state is CLOSED:
            return True
        if self.state is OPEN:
            if self.clock.now < self.until:
                return False
            self.begin(HALF_OPEN)
        if self.probing:
            if self.clock.now < self.until:
                return False
            self.era += 1
        self.probing, self.until = True, self.clock.now + self.TIMEOUT
        return True

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), outcome=st.sampled_from(["ok", "transient", "other", "cancelled"]))
    def end_call(self, data: st.DataObject, outcome: str) -> None:
        call, era = self.calls.pop(data.draw(st.integers(0, len(self.calls) - 1)))
        errors = {
            "transient": ConnectionError(),
            "other": ValueError(),
            "cancelled": asyncio.CancelledError(),
        }
        if outcome == "ok":
            with pytest.raises(StopIteration):
                call.send(None)
        else:
            with pytest.raises(type(errors[outcome])):
                call.throw(errors[outcome])
        if era == self.era:
            self.count(outcome)

    def count(self, outcome: str) -> None:
        if outcome == "cancelled":
            self.probing = False
        elif outcome == "transient":
            self.failures += 1
            if self.state is HALF_OPEN or self.failures >= self.THRESHOLD:
                self.begin(OPEN)
        elif self.state is HALF_OPEN:
            self.begin(CLOSED)
        else:
            self.failures = 0

    @rule(seconds=st.sampled_from([1.0, 30.0]))
    def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def open_and_wait(self) -> None:
        """A way to half-open that chance alone rarely finds."""
        self.breaker.reset()
        fail_times(self.breaker, self.THRESHOLD)
        self.begin(CLOSED)
        self.begin(OPEN)
        self.failures = self.THRESHOLD
        self.pass_time(self.TIMEOUT)

    @rule()
    def reset(self) -> None:
        self.breaker.reset()
        self.begin(CLOSED)

    @invariant()
    def shows_the_state_in_force(self) -> None:
        due = self.state is OPEN and self.clock.now >= self.until
        assert self.breaker.state is (HALF_OPEN if due else self.state)

    @invariant()
    def never_has_two_probes_that_count(self) -> None:
        if self.state is HALF_OPEN:
            assert sum(era == self.era for _, era in self.calls) <= 1

    def teardown(self) -> None:
        for call, _ in self.calls:
            call.close()


BreakerMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyOrderOfEvents = BreakerMachine.TestCase
