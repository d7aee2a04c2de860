"""Calls that are cancelled."""

import asyncio
from collections.abc import Callable

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker
from tests.unit.resilience.breakers import (
    CLOSED,
    HALF_OPEN,
    Clock,
    Suspended,
    call_in_progress,
    fail_times,
)
from tests.unit.resilience.concurrent_calls import make_half_open, turn


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
        """As if its loop was closed: nothing awaits it any more, and the garbage collector closes it."""
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
    """Runs a function whenever it is read."""

    on_look: Callable[[], None] | None = None

    def __call__(self) -> float:
        if self.on_look:
            self.on_look()
        return self.now
