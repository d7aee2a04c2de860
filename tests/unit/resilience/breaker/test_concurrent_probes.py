"""Probes of a half-open breaker by many tasks and threads at once."""

import asyncio
import contextlib
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError
from tests.unit.resilience.breakers import CLOSED, HALF_OPEN, OPEN, YieldingClock, fail, trip
from tests.unit.resilience.concurrent_calls import PATIENCE, in_threads, make_half_open, turn

places = pytest.mark.parametrize("max_calls", [1, 4])


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
        """Probes of which every second one is cancelled: never do two run at the same time."""
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
