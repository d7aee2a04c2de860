"""The ways to call through a breaker: as a decorator, nested, and by hand."""

import asyncio
import functools
from collections.abc import Iterator
from typing import Any

import pytest

from proto_ddf.errors import classify
from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError
from tests.unit.resilience.breakers import CLOSED, HALF_OPEN, OPEN, Clock, fail, trip


class TestDecorator:
    def test_keeps_the_name_and_the_kind_of_a_function(self, breaker: CircuitBreaker) -> None:
        @breaker
        def work(value: int) -> int:
            """Doubles."""
            return value * 2

        @breaker
        async def work_async(value: int) -> int:
            return value * 2

        assert (work.__name__, work.__doc__, work(2)) == ("work", "Doubles.", 4)
        assert asyncio.iscoroutinefunction(work_async)
        assert asyncio.run(work_async(2)) == 4

    def test_methods(self, breaker: CircuitBreaker) -> None:
        class Shop:
            factor = 3

            @breaker
            def price(self, value: int) -> int:
                return value * self.factor

        assert Shop().price(2) == 6

    def test_partials_and_callable_objects_that_are_awaited(self, breaker: CircuitBreaker) -> None:
        async def lost(error: Exception) -> None:
            await asyncio.sleep(0)
            raise error

        class Lost:
            async def __call__(self) -> None:
                await lost(ConnectionError())

        async def act() -> None:
            for work in (
                breaker(functools.partial(lost, ConnectionError())),
                breaker(Lost()),
                breaker(lambda: asyncio.ensure_future(lost(ConnectionError()))),
            ):
                with pytest.raises(ConnectionError):
                    await work()

        asyncio.run(act())
        assert (breaker.state, breaker.snapshot().failed) == (OPEN, 3)

    def test_a_coroutine_from_a_sync_call_holds_the_probe_until_it_ends(
        self, half_open: CircuitBreaker
    ) -> None:
        async def act() -> None:
            waiting = half_open.call_sync(asyncio.sleep, 0, "ok")
            with pytest.raises(CircuitOpenError):
                half_open.call_sync(int)
            assert await waiting == "ok"

        asyncio.run(act())
        assert half_open.snapshot().successes == 1

    def test_generators_are_refused(self, breaker: CircuitBreaker) -> None:
        def rows() -> Iterator[int]:
            yield 1

        async def rows_async() -> Any:
            yield 1

        for function in (rows, rows_async):
            with pytest.raises(TypeError, match="generator"):
                breaker(function)


class TestNestedCalls:
    def test_those_of_one_breaker_each_count(self, breaker: CircuitBreaker) -> None:
        with pytest.raises(ConnectionError):
            breaker.call_sync(breaker.call_sync, breaker.call_sync, fail)
        assert (breaker.state, breaker.snapshot().calls) == (OPEN, 3)

    def test_those_of_two_breakers(self, breaker: CircuitBreaker, clock: Clock) -> None:
        other = CircuitBreaker("other", failure_threshold=1, clock=clock)

        def call_other() -> None:
            with pytest.raises(ConnectionError):
                other.call_sync(fail)

        breaker.call_sync(call_other)
        assert (other.state, breaker.failures) == (OPEN, 0)


class TestByHand:
    def test_reset_closes(self, breaker: CircuitBreaker) -> None:
        trip(breaker)
        breaker.reset()
        assert (breaker.state, breaker.failures) == (CLOSED, 0)
        assert breaker.call_sync(lambda: 1) == 1

    def test_forced_open_it_stays_open_until_it_is_reset(
        self, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        breaker.force_open()
        for _ in range(3):
            clock.now += 1000
            snapshot = breaker.snapshot()
            assert (snapshot.state, snapshot.forced, snapshot.retry_after) == (OPEN, True, 30.0)
            with pytest.raises(CircuitOpenError) as caught:
                breaker.call_sync(int)
            assert caught.value.retry_after == 30.0
            assert "stopped by hand." in classify(caught.value).message
        breaker.reset()
        assert (breaker.state, breaker.snapshot().forced) == (CLOSED, False)
        trip(breaker)
        clock.now += 30
        assert breaker.state is HALF_OPEN

    def test_forced_open_it_stays_open_without_an_open_time(self, clock: Clock) -> None:
        breaker = CircuitBreaker("x", reset_timeout=0.0, clock=clock)
        breaker.force_open()
        with pytest.raises(CircuitOpenError):
            breaker.call_sync(int)

    def test_an_open_one_can_be_forced(self, breaker: CircuitBreaker, clock: Clock) -> None:
        trip(breaker)
        breaker.force_open()
        clock.now += 100
        assert breaker.state is OPEN

    def test_while_half_open(self, half_open: CircuitBreaker, clock: Clock) -> None:
        assert half_open.state is HALF_OPEN
        half_open.force_open()
        clock.now += 100
        assert half_open.state is OPEN
