"""What the breaker counts while many tasks and threads call through it."""

import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker, SlidingWindow
from tests.unit.resilience.breakers import (
    CLOSED,
    OPEN,
    YieldingClock,
    call_in_progress,
    fail,
    fail_times,
    succeed_times,
)
from tests.unit.resilience.concurrent_calls import PATIENCE, calls_in_window, in_threads


@pytest.fixture
def hasty_switches() -> Iterator[None]:
    """Threads are switched as often as possible, so that a counter without a lock would lose counts."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def fail_32_000_times_in_threads(breaker: CircuitBreaker) -> None:
    error = ConnectionError()

    def one(_: int) -> None:
        for _ in range(4000):
            with contextlib.suppress(ConnectionError):
                breaker.call_sync(fail, error)

    in_threads(8, one)


@pytest.mark.usefixtures("hasty_switches")
class TestCounts:
    def test_no_failure_of_eight_threads_is_lost(self) -> None:
        breaker = CircuitBreaker("x", failure_threshold=100_000)
        fail_32_000_times_in_threads(breaker)
        snapshot = breaker.snapshot()
        assert (snapshot.failures, snapshot.failed, snapshot.calls) == (32_000, 32_000, 32_000)

    def test_a_window_of_calls_holds_as_many_as_it_should_whoever_makes_them(self) -> None:
        breaker = CircuitBreaker(
            "x",
            window=SlidingWindow("count", 50, minimum_calls=50, failure_rate=1.0),
            clock=YieldingClock(),
        )

        def one(number: int) -> int:
            """The highest number of calls that was seen in the window."""
            most = 0
            for step in range(500):
                with contextlib.suppress(ConnectionError):
                    breaker.call_sync(fail if (step + number) % 4 == 0 else int)
                most = max(most, calls_in_window(breaker))
            return most

        assert set(in_threads(8, one)) == {50}
        for _ in range(50):
            breaker.call_sync(int)
        assert calls_in_window(breaker) == 50

    def test_the_last_of_eight_threads_failures_opens_it(self) -> None:
        breaker = CircuitBreaker("x", failure_threshold=32_000)
        fail_32_000_times_in_threads(breaker)
        assert breaker.state is OPEN
        assert len(breaker.snapshot().transitions) == 1

    def test_every_call_of_eight_threads_is_counted_also_while_others_look(self) -> None:
        breaker = CircuitBreaker("x", failure_threshold=100_000)

        def one(number: int) -> None:
            for step in range(2000):
                if (step + number) % 3:
                    breaker.call_sync(int)
                else:
                    with pytest.raises(ConnectionError):
                        breaker.call_sync(fail)
                if step % 100 == 0:
                    breaker.snapshot()

        in_threads(8, one)
        expected = Counter((step + number) % 3 == 0 for number in range(8) for step in range(2000))
        snapshot = breaker.snapshot()
        assert (snapshot.calls, snapshot.failed) == (16_000, expected[True])

    def test_a_success_is_never_forgotten_by_a_failure_of_another_thread(self) -> None:
        """Each thread succeeds after each failure, so with eight of them never more than eight failures
        are in a row, wherever threads are switched."""
        breaker = CircuitBreaker("x", failure_threshold=9, clock=YieldingClock())

        def one(_: int) -> None:
            for _ in range(500):
                with pytest.raises(ConnectionError):
                    breaker.call_sync(fail)
                breaker.call_sync(int)

        in_threads(8, one)
        assert (breaker.state, breaker.failures) == (CLOSED, 0)


def test_calls_of_threads_run_in_parallel() -> None:
    """The barrier inside opens only when all eight are inside."""
    breaker = CircuitBreaker("x")
    inside = threading.Barrier(8)
    in_threads(8, lambda _: breaker.call_sync(inside.wait, PATIENCE))
    assert not inside.broken
    with call_in_progress(breaker):  # also while it counts every call, as after a failure
        fail_times(breaker, 1)
        in_threads(8, lambda _: breaker.call_sync(inside.wait, PATIENCE))


def test_the_success_of_a_closed_breaker_takes_no_lock() -> None:
    """Also when there were failures before: another thread holds the lock all the while."""
    breaker = CircuitBreaker("x")
    fail_times(breaker, 1)
    succeed_times(breaker, 1)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with breaker._lock:
            held.set()
            assert done.wait(PATIENCE)

    def succeed() -> str:
        return breaker.call_sync(breaker.call_sync, lambda: "ok")

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(hold)
        assert held.wait(PATIENCE)
        try:
            assert pool.submit(succeed).result(PATIENCE) == "ok"
        finally:
            done.set()
        holding.result()


def test_no_lock_is_held_during_a_call() -> None:
    breaker = CircuitBreaker("x")

    def look_from_another_thread() -> object:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(breaker.snapshot).result(PATIENCE).state

    fail_times(breaker, 1)
    assert breaker.call_sync(look_from_another_thread) is CLOSED
