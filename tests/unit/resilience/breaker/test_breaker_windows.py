"""The breaker with a window: rates instead of consecutive failures, and slow calls."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from proto_ddf.errors import classify
from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError, SlidingWindow
from proto_ddf.resilience.queue_time import queue_time, record_queue_time
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Clock,
    Suspended,
    Way,
    call_in_progress,
    every_way,
    fail,
    fail_times,
    succeed_times,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def with_window(clock: Clock, window: SlidingWindow, **options: Any) -> CircuitBreaker:
    return CircuitBreaker("shop", window=window, clock=clock, **options)


SLOW = SlidingWindow("count", 10, minimum_calls=3, slow_call_seconds=2.0, slow_call_rate=0.5)


@pytest.fixture
def slow_breaker(clock: Clock) -> CircuitBreaker:
    return with_window(clock, SLOW, success_threshold=2)


class TestFailureRate:
    def test_opens_at_the_rate_once_there_are_enough_calls(self, clock: Clock) -> None:
        breaker = with_window(clock, SlidingWindow("count", 10, minimum_calls=4))
        fail_times(breaker, 3)
        assert breaker.state is CLOSED
        fail_times(breaker, 1)
        assert breaker.state is OPEN
        assert breaker.snapshot().transitions[-1].reason == "4 of 4 calls failed"

    def test_below_the_rate_failures_in_a_row_do_not_open(self, clock: Clock) -> None:
        breaker = with_window(
            clock, SlidingWindow("count", 20, minimum_calls=4), failure_threshold=2
        )
        succeed_times(breaker, 10)
        fail_times(breaker, 9)
        assert breaker.state is CLOSED
        fail_times(breaker, 1)
        assert breaker.state is OPEN

    def test_a_success_that_makes_the_minimum_full_opens_too(self, clock: Clock) -> None:
        breaker = with_window(clock, SlidingWindow("count", 10, minimum_calls=4))
        fail_times(breaker, 3)
        succeed_times(breaker, 1)
        assert breaker.state is OPEN
        assert breaker.snapshot().transitions[-1].reason == "3 of 4 calls failed"

    def test_a_window_of_time_forgets(self, clock: Clock) -> None:
        breaker = with_window(clock, SlidingWindow("time", 60.0, minimum_calls=3))
        fail_times(breaker, 2)
        clock.now += 61
        fail_times(breaker, 2)
        assert breaker.state is CLOSED
        fail_times(breaker, 1)
        assert breaker.state is OPEN

    def test_what_is_no_answer_is_not_in_it(self, clock: Clock) -> None:
        breaker = with_window(clock, SlidingWindow("count", 10, minimum_calls=2))
        for _ in range(5):
            with pytest.raises(asyncio.CancelledError):
                breaker.call_sync(fail, asyncio.CancelledError())
        window = breaker.snapshot().window
        assert window is not None
        assert (window.calls, window.failed) == (0, 0)

    def test_closing_and_reset_start_it_anew(self, clock: Clock) -> None:
        breaker = with_window(
            clock, SlidingWindow("count", 10, minimum_calls=2), success_threshold=1
        )
        fail_times(breaker, 2)
        clock.now += 30
        succeed_times(breaker, 1)
        assert breaker.state is CLOSED
        for _ in range(3):
            fail_times(breaker, 1)
            breaker.reset()
        assert breaker.state is CLOSED
        window = breaker.snapshot().window
        assert window is not None
        assert window.calls == 0

    def test_half_open_it_is_judged_by_probes(self, clock: Clock) -> None:
        breaker = with_window(clock, SlidingWindow("count", 10, minimum_calls=4))
        fail_times(breaker, 4)
        clock.now += 30
        succeed_times(breaker, 2)
        assert breaker.state is HALF_OPEN
        fail_times(breaker, 1)
        assert breaker.state is OPEN

    def test_a_refused_call_says_why(self, clock: Clock) -> None:
        breaker = with_window(clock, SlidingWindow("count", 10, minimum_calls=4))
        fail_times(breaker, 4)
        with pytest.raises(CircuitOpenError) as caught:
            breaker.call_sync(int)
        assert "(4 of 4 calls failed)" in classify(caught.value).message

    def test_late_results_are_not_in_it(self, clock: Clock) -> None:
        breaker = with_window(clock, SlidingWindow("count", 10, minimum_calls=4))
        with call_in_progress(breaker):
            breaker.reset()
        window = breaker.snapshot().window
        assert window is not None
        assert window.calls == 0


class TestSlowCalls:
    @every_way
    def test_open_it(self, slow_breaker: CircuitBreaker, clock: Clock, way: Way) -> None:
        def slow() -> None:
            clock.now += 2.5

        for _ in range(2):
            way(slow_breaker, slow)
        assert slow_breaker.state is CLOSED
        way(slow_breaker, slow)
        assert slow_breaker.state is OPEN
        assert slow_breaker.snapshot().transitions[-1].reason == (
            "3 of 3 calls took longer than 2 s"
        )

    def test_at_the_limit_a_call_is_not_slow(
        self, slow_breaker: CircuitBreaker, clock: Clock
    ) -> None:
        for _ in range(10):
            with call_in_progress(slow_breaker):
                clock.now += 2.0
        assert slow_breaker.state is CLOSED

    def test_a_slow_failure_counts_as_both(
        self, slow_breaker: CircuitBreaker, clock: Clock
    ) -> None:
        def fail_late() -> None:
            clock.now += 3
            fail()

        with contextlib.suppress(ConnectionError):
            slow_breaker.call_sync(fail_late)
        window = slow_breaker.snapshot().window
        assert window is not None
        assert (window.calls, window.failed, window.slow) == (1, 1, 1)

    def test_a_slow_cancelled_call_counts_as_nothing(
        self, slow_breaker: CircuitBreaker, clock: Clock
    ) -> None:
        def cancel_late() -> None:
            clock.now += 3
            raise asyncio.CancelledError

        with contextlib.suppress(asyncio.CancelledError):
            slow_breaker.call_sync(cancel_late)
        window = slow_breaker.snapshot().window
        assert window is not None
        assert window.calls == 0

    @every_way
    def test_a_slow_probe_has_failed(
        self, slow_breaker: CircuitBreaker, clock: Clock, way: Way
    ) -> None:
        def slow() -> None:
            clock.now += 3

        fail_times(slow_breaker, 3)
        clock.now += 30
        way(slow_breaker, slow)
        assert slow_breaker.state is OPEN
        assert slow_breaker.snapshot().transitions[-1].reason == "a probe was slow"
        clock.now += 30
        succeed_times(slow_breaker, 2)
        assert slow_breaker.state is CLOSED


class TestTimeInAQueue:
    @every_way
    def test_does_not_count(self, slow_breaker: CircuitBreaker, clock: Clock, way: Way) -> None:
        def call() -> None:
            clock.now += 60
            record_queue_time(59.0)

        for _ in range(10):
            way(slow_breaker, call)
        window = slow_breaker.snapshot().window
        assert window is not None
        assert (window.calls, window.slow, slow_breaker.state) == (10, 0, CLOSED)

    @every_way
    def test_the_rest_counts(self, slow_breaker: CircuitBreaker, clock: Clock, way: Way) -> None:
        def call() -> None:
            clock.now += 60
            record_queue_time(30.0)
            record_queue_time(27.0)

        way(slow_breaker, call)
        window = slow_breaker.snapshot().window
        assert window is not None
        assert window.slow == 1

    def test_counts_neither_for_a_breaker_further_out(
        self, slow_breaker: CircuitBreaker, clock: Clock
    ) -> None:
        outer = with_window(clock, SLOW)

        def call() -> None:
            clock.now += 60
            record_queue_time(59.0)

        outer.call_sync(slow_breaker.call_sync, call)
        for breaker in (outer, slow_breaker):
            window = breaker.snapshot().window
            assert window is not None
            assert (window.calls, window.slow) == (1, 0)

    def test_is_that_of_the_call_itself_and_not_of_another_one(
        self, slow_breaker: CircuitBreaker, clock: Clock
    ) -> None:
        async def one(seconds: float) -> None:
            await asyncio.sleep(0)
            record_queue_time(seconds)
            await asyncio.sleep(0)
            clock.now += 1.5

        async def act() -> None:
            await asyncio.gather(*(slow_breaker.call(one, 1.5 * queue) for queue in (0, 1, 0)))

        asyncio.run(act())
        window = slow_breaker.snapshot().window
        assert window is not None
        # They take 1.5, 3.0 and 4.5 s; the second stood in a queue for half of it.
        assert (window.calls, window.slow) == (3, 1)

    def test_in_a_thread_that_the_call_waits_for(
        self, slow_breaker: CircuitBreaker, clock: Clock
    ) -> None:
        async def act() -> None:
            clock.now += 60
            await asyncio.to_thread(record_queue_time, 59.0)

        asyncio.run(slow_breaker.call(act))
        window = slow_breaker.snapshot().window
        assert window is not None
        assert (window.calls, window.slow) == (1, 0)

    def test_nothing_listens_after_the_call(self, slow_breaker: CircuitBreaker) -> None:
        slow_breaker.call_sync(int)
        fail_times(slow_breaker, 1)
        slow_breaker.call_sync(slow_breaker.call_sync, int)
        assert queue_time.get() is None

    def test_nothing_listens_where_calls_are_not_timed(self, clock: Clock) -> None:
        for breaker in (
            CircuitBreaker("x", clock=clock),
            with_window(clock, SlidingWindow("count", 10, minimum_calls=3)),
        ):
            assert breaker.call_sync(queue_time.get) is None

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)], ids=str)
    def test_calls_that_overlap_in_one_thread_leave_nothing_behind(
        self, slow_breaker: CircuitBreaker, order: tuple[int, ...]
    ) -> None:
        calls = [slow_breaker.call(Suspended) for _ in order]
        for one in calls:
            one.send(None)
        for place in order:
            with pytest.raises(StopIteration):
                calls[place].send(None)
        assert queue_time.get() is None

    def test_a_call_that_ends_in_another_context(
        self, slow_breaker: CircuitBreaker, clock: Clock
    ) -> None:
        """Like a coroutine that the garbage collector closes."""
        coroutine = slow_breaker.call(asyncio.Event().wait)
        loop = asyncio.new_event_loop()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: loop.call_soon(coroutine.send, None)).result()
            loop.call_soon(loop.stop)
            pool.submit(loop.run_forever).result()
        coroutine.close()
        loop.close()
        assert queue_time.get() is None
        slow_breaker.call_sync(int)
        window = slow_breaker.snapshot().window
        assert window is not None
        assert window.calls == 1
