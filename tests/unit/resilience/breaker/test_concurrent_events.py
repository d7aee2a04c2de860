"""Events and nested calls of many tasks and threads."""

import asyncio
import contextlib
import itertools
import threading
import time

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError, Transition
from tests.unit.resilience.breakers import CLOSED, HALF_OPEN, OPEN, YieldingClock, fail
from tests.unit.resilience.concurrent_calls import PATIENCE, in_threads


class TestEvents:
    @pytest.mark.parametrize("round_", range(3))
    def test_a_change_that_fifty_threads_race_for_is_reported_once(self, round_: int) -> None:
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
