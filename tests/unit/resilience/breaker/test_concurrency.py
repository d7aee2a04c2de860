"""The breaker used by many tasks and threads at once."""

import asyncio
import contextlib
import itertools
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError, SlidingWindow, Transition
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Clock,
    Suspended,
    YieldingClock,
    call_in_progress,
    fail,
    fail_times,
    succeed_times,
    trip,
)

places = pytest.mark.parametrize("max_calls", [1, 4])
PATIENCE = 60.0
"""Seconds until a test that hangs is given up."""


def make_half_open(max_calls: int, clock: Clock | None = None) -> CircuitBreaker:
    clock = clock or YieldingClock()
    breaker = CircuitBreaker(
        "shop", success_threshold=max_calls, half_open_max_calls=max_calls, clock=clock
    )
    trip(breaker)
    clock.now += 30
    return breaker


def calls_in_window(breaker: CircuitBreaker) -> int:
    window = breaker.snapshot().window
    assert window is not None
    return window.calls


async def turn() -> None:
    """Let everything else in the loop take one step."""
    await asyncio.sleep(0)


def in_threads(count: int, work: Callable[[int], object]) -> list[object]:
    """`work(number)` in so many threads that start together; their results."""
    start = threading.Barrier(count)

    def act(number: int) -> object:
        start.wait(PATIENCE)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


class TestHalfOpen:
    @places
    @pytest.mark.parametrize("entry", ["call", "decorator"])
    def test_of_a_hundred_tasks_so_many_start(self, max_calls: int, entry: str) -> None:
        breaker = make_half_open(max_calls)
        started = 0

        async def act() -> list[object]:
            gate, everyone_is_here = asyncio.Event(), asyncio.Barrier(100)

            async def probe() -> str:
                nonlocal started
                started += 1
                await gate.wait()
                return "ok"

            async def one() -> str:
                await everyone_is_here.wait()
                if entry == "call":
                    return await breaker.call(probe)
                return await breaker(probe)()

            tasks = [asyncio.create_task(one()) for _ in range(100)]
            while sum(task.done() for task in tasks) < 100 - max_calls:
                await turn()
            gate.set()
            return list(await asyncio.gather(*tasks, return_exceptions=True))

        results = asyncio.run(act())
        assert started == max_calls
        assert results.count("ok") == max_calls
        assert sum(isinstance(result, CircuitOpenError) for result in results) == 100 - max_calls
        assert (breaker.state, breaker.snapshot().refused) == (CLOSED, 100 - max_calls)

    @places
    @pytest.mark.parametrize("round_", range(5))
    def test_of_fifty_threads_so_many_start(self, max_calls: int, round_: int) -> None:
        breaker = make_half_open(max_calls)
        all_refused = threading.Event()
        refused, started = itertools.count(1), itertools.count()

        def probe() -> None:
            next(started)
            assert all_refused.wait(PATIENCE)

        def one(_: int) -> bool:
            try:
                breaker.call_sync(probe)
            except CircuitOpenError:
                if next(refused) == 50 - max_calls:
                    all_refused.set()
                return False
            return True

        let_through = in_threads(50, one)
        assert (next(started), let_through.count(True)) == (max_calls, max_calls)
        assert breaker.state is CLOSED

    @places
    def test_of_tasks_and_threads_together_so_many_start(self, max_calls: int) -> None:
        breaker = make_half_open(max_calls)
        settled = threading.Event()
        started, refused = itertools.count(), itertools.count(1)
        start = threading.Barrier(51)

        def note_refusal() -> None:
            if next(refused) == 150 - max_calls:
                settled.set()

        def probe() -> None:
            next(started)
            assert settled.wait(PATIENCE)

        async def probe_async() -> None:
            next(started)
            assert await asyncio.to_thread(settled.wait, PATIENCE)

        def in_thread(_: int) -> None:
            start.wait(PATIENCE)
            try:
                breaker.call_sync(probe)
            except CircuitOpenError:
                note_refusal()

        async def in_task() -> None:
            try:
                await breaker.call(probe_async)
            except CircuitOpenError:
                note_refusal()

        async def tasks() -> None:
            start.wait(PATIENCE)
            async with asyncio.TaskGroup() as group:
                for _ in range(100):
                    group.create_task(in_task())

        with ThreadPoolExecutor(51) as pool:
            threads = [pool.submit(in_thread, number) for number in range(50)]
            pool.submit(asyncio.run, tasks()).result()
            for one in threads:
                one.result()
        assert next(started) == max_calls
        assert breaker.state is CLOSED

    def test_places_that_become_free_are_given_again_but_never_more_than_there_are(self) -> None:
        """Probes of which every second one is cancelled: whenever one runs, it is alone in its place."""
        clock = YieldingClock()
        breaker = CircuitBreaker("x", success_threshold=10_000, half_open_max_calls=2, clock=clock)
        trip(breaker)
        clock.now += 30
        running, most = [0], [0]
        counting = threading.Lock()

        def probe(number: int) -> None:
            with counting:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0)
            with counting:
                running[0] -= 1
            if number % 2:
                raise asyncio.CancelledError

        def one(number: int) -> int:
            done = 0
            for step in range(200):
                try:
                    breaker.call_sync(probe, number + step)
                except CircuitOpenError:
                    continue
                except asyncio.CancelledError:
                    pass
                done += 1
            return done

        done = in_threads(8, one)
        assert most[0] == 2
        assert breaker.snapshot().calls == 5 + sum(map(int, map(str, done)))
        assert breaker.state is HALF_OPEN


@pytest.fixture
def hasty_switches() -> Iterator[None]:
    """Threads are switched as often as the interpreter can, so that a count without a lock loses some."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


class TestProbesThatEndTogether:
    def test_the_first_decides_and_the_other_is_late(self) -> None:
        """One succeeds, one fails, at the same moment: either it is open, or closed without a failure."""
        for _ in range(200):
            clock = YieldingClock()
            breaker = CircuitBreaker("x", success_threshold=1, half_open_max_calls=2, clock=clock)
            trip(breaker)
            clock.now += 30
            both_inside = threading.Barrier(2)

            def probe(number: int, both_inside: threading.Barrier = both_inside) -> None:
                both_inside.wait(PATIENCE)
                if number:
                    fail()

            def one(number: int, breaker: CircuitBreaker = breaker, probe: Any = probe) -> None:
                with contextlib.suppress(ConnectionError):
                    breaker.call_sync(probe, number)

            in_threads(2, one)
            snapshot = breaker.snapshot()
            assert (snapshot.state, snapshot.failures) in [(OPEN, 6), (CLOSED, 0)]
            assert len(snapshot.transitions) == 3


@pytest.mark.usefixtures("hasty_switches")
class TestCounts:
    def test_no_failure_of_eight_threads_is_lost(self) -> None:
        breaker = CircuitBreaker("x", failure_threshold=100_000)
        error = ConnectionError()

        def one(_: int) -> None:
            for _ in range(4000):
                with contextlib.suppress(ConnectionError):
                    breaker.call_sync(fail, error)

        in_threads(8, one)
        snapshot = breaker.snapshot()
        assert (snapshot.failures, snapshot.failed, snapshot.calls) == (32_000, 32_000, 32_000)

    def test_a_window_of_calls_holds_as_many_as_it_should_whoever_makes_them(self) -> None:
        breaker = CircuitBreaker(
            "x",
            window=SlidingWindow("count", 50, minimum_calls=50, failure_rate=1.0),
            clock=YieldingClock(),
        )

        def one(number: int) -> int:
            """The most calls that were seen in the window."""
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
        error = ConnectionError()

        def one(_: int) -> None:
            for _ in range(4000):
                with contextlib.suppress(ConnectionError):
                    breaker.call_sync(fail, error)

        in_threads(8, one)
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


class TestEvents:
    @pytest.mark.parametrize("round_", range(3))
    def test_a_change_that_fifty_threads_race_for_is_told_once(self, round_: int) -> None:
        clock = YieldingClock()
        breaker = CircuitBreaker("x", success_threshold=1, half_open_max_calls=50, clock=clock)
        told: list[Transition] = []
        breaker.add_listener(lambda _, change: told.append(change))

        def break_it(_: int) -> None:
            with contextlib.suppress(ConnectionError, CircuitOpenError):
                breaker.call_sync(fail)

        def look(number: int) -> object:
            return breaker.snapshot().state if number % 2 else breaker.state

        in_threads(50, break_it)
        clock.now += 30
        assert set(in_threads(50, look)) == {HALF_OPEN}
        all_inside = threading.Barrier(50)
        in_threads(50, lambda _: breaker.call_sync(all_inside.wait, PATIENCE))
        assert [(change.before, change.after) for change in told] == [
            (CLOSED, OPEN),
            (OPEN, HALF_OPEN),
            (HALF_OPEN, CLOSED),
        ]

    def test_events_follow_each_other_whoever_tells_them(self) -> None:
        """Each event begins in the state in which the one before ended, and the last one is the state."""
        breaker = CircuitBreaker("x")
        told: list[Transition] = []

        def slow_listener(_: CircuitBreaker, change: Transition) -> None:
            time.sleep(0)
            told.append(change)

        breaker.add_listener(slow_listener)

        def act(number: int) -> None:
            for step in range(100):
                if (step + number) % 2:
                    breaker.force_open()
                else:
                    breaker.reset()

        in_threads(8, act)
        assert told[0].before is CLOSED
        for before, after in itertools.pairwise(told):
            assert before.after is after.before
            assert after.before is not after.after
        assert told[-1].after is breaker.state


class TestNestedCallsOfManyAtOnce:
    def test_each_task_ends_its_own_calls(self) -> None:
        """Tasks that call through one breaker, nested, and end in another order: those from before the reset
        are late, each of the others counts."""
        breaker = CircuitBreaker("x", failure_threshold=1000)

        async def act() -> None:
            gates = [asyncio.Event() for _ in range(20)]

            async def lose(number: int) -> None:
                await gates[number].wait()
                raise ConnectionError

            async def one(number: int) -> None:
                await breaker.call(breaker.call, lose, number)

            early = [asyncio.create_task(one(number)) for number in range(10)]
            await asyncio.sleep(0)
            breaker.reset()
            late = [asyncio.create_task(one(number)) for number in range(10, 20)]
            await asyncio.sleep(0)
            for number in range(19, -1, -2):
                gates[number].set()
            await asyncio.sleep(0)
            for gate in gates:
                gate.set()
            await asyncio.gather(*early, *late, return_exceptions=True)

        asyncio.run(act())
        snapshot = breaker.snapshot()
        assert (snapshot.calls, snapshot.failed, snapshot.failures) == (40, 40, 20)

    def test_each_thread_ends_its_own_calls(self) -> None:
        breaker = CircuitBreaker("x", failure_threshold=1000)
        half_way = threading.Barrier(20, action=breaker.reset)

        def outer(number: int) -> None:
            half_way.wait(PATIENCE)
            if number % 2:
                breaker.call_sync(fail)
            fail()

        def one(number: int) -> None:
            with contextlib.suppress(ConnectionError):
                breaker.call_sync(outer, number)

        in_threads(20, one)
        assert breaker.failures == 10, "the outer calls began before the reset"


class TestCancellation:
    @pytest.mark.parametrize("entry", ["call", "decorator", "awaitable"])
    def test_at_every_await_point_the_probe_is_freed(self, entry: str) -> None:
        """A probe with five await points, cancelled at each of them."""
        points = 5
        for point in range(points):
            breaker = make_half_open(1)

            async def cancel_at(point: int, breaker: CircuitBreaker = breaker) -> int:
                reached = -1

                async def probe() -> None:
                    nonlocal reached
                    for reached in range(points):  # noqa: B007
                        await asyncio.sleep(0)

                async def one() -> None:
                    if entry == "call":
                        await breaker.call(probe)
                    elif entry == "decorator":
                        await breaker(probe)()
                    else:
                        await breaker.call_sync(probe)

                task = asyncio.create_task(one())
                while reached < point:
                    await turn()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                return reached

            assert asyncio.run(cancel_at(point)) == point
            snapshot = breaker.snapshot()
            assert (snapshot.state, snapshot.retry_after) == (HALF_OPEN, 0.0)
            assert (snapshot.failed, snapshot.successes) == (5, 0)
            assert breaker.call_sync(lambda: "ok") == "ok"
            assert breaker.state is CLOSED

    @pytest.mark.parametrize("state", [CLOSED, HALF_OPEN])
    def test_before_it_began_it_takes_no_place(self, state: object) -> None:
        breaker = make_half_open(1)
        if state is CLOSED:
            breaker.reset()

        async def act() -> None:
            task = asyncio.create_task(breaker.call(asyncio.sleep, 3600))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(act())
        snapshot = breaker.snapshot()
        assert (snapshot.state, snapshot.retry_after, snapshot.calls) == (state, 0.0, 5)

    def test_an_abandoned_coroutine_frees_its_place(self) -> None:
        """As when its loop was closed: nobody awaits it any more, the garbage collector closes it."""
        breaker = make_half_open(1)
        coroutine = breaker.call(asyncio.Event().wait)
        loop = asyncio.new_event_loop()
        task = loop.create_task(coroutine)
        loop.call_soon(loop.stop)
        loop.run_forever()
        assert breaker.snapshot().retry_after == 30.0
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        coroutine.close()
        loop.close()
        assert breaker.snapshot().retry_after == 0.0

    def test_one_that_ends_while_the_lock_is_held_does_not_deadlock(self) -> None:
        """The clock is read under the lock; an abandoned call that the garbage collector closes at that
        moment ends in the same thread."""
        clock = WatchedClock()
        breaker = make_half_open(2, clock)
        abandoned = breaker.call(Suspended)
        abandoned.send(None)
        clock.on_look = abandoned.close
        with call_in_progress(breaker), call_in_progress(breaker):
            assert breaker.snapshot().retry_after == 30.0

    @pytest.mark.timeout(60)
    def test_one_that_a_signal_handler_makes_while_the_lock_is_held_does_not_deadlock(
        self,
    ) -> None:
        clock = WatchedClock()
        breaker = make_half_open(1, clock)
        breaker.reset()

        def handle() -> None:
            clock.on_look = None
            fail_times(breaker, 1)
            breaker.snapshot()

        clock.on_look = handle
        breaker.snapshot()
        assert breaker.failures == 1


class WatchedClock(Clock):
    """Does something whenever it is looked at."""

    on_look: Callable[[], None] | None = None

    def __call__(self) -> float:
        if self.on_look:
            self.on_look()
        return self.now
