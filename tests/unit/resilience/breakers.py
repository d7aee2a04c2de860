"""Helpers of the breaker's tests: a fake clock, and calls that fail or wait."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from proto_ddf.resilience.breaker import BreakerState, CircuitBreaker

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


class Clock:
    """A fake clock, which a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class YieldingClock(Clock):
    """Lets other threads run whenever it is read, so that races become visible."""

    def __call__(self) -> float:
        time.sleep(0)
        return self.now


class Suspended:
    """An awaitable that waits for one send."""

    def __await__(self) -> Generator[None, None, str]:
        yield
        return "ok"


def fail(error: BaseException | None = None) -> None:
    raise error or ConnectionError("lost")


def fail_times(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ConnectionError):
            breaker.call_sync(fail)


def succeed_times(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        breaker.call_sync(int)


def trip(breaker: CircuitBreaker) -> None:
    fail_times(breaker, breaker.failure_threshold)
    assert breaker.state is OPEN


async def end_with(breaker: CircuitBreaker, error: BaseException) -> None:
    """One call that ends with that error."""

    async def work() -> None:
        await asyncio.sleep(0)
        raise error

    await breaker.call(work)


@contextlib.contextmanager
def call_in_progress(breaker: CircuitBreaker) -> Iterator[None]:
    """A call that begins and ends with the block; it succeeds."""
    coroutine = breaker.call(Suspended)
    coroutine.send(None)
    yield
    with pytest.raises(StopIteration):
        coroutine.send(None)


Way = Callable[[CircuitBreaker, Callable[[], Any]], Any]
WAYS: dict[str, Way] = {}
"""Every way to call `work`, a sync function, through a breaker."""


def _way(function: Callable[[CircuitBreaker, Callable[[], Any]], Any]) -> None:
    WAYS[function.__name__] = function


@_way
def call_sync(breaker: CircuitBreaker, work: Callable[[], Any]) -> Any:
    return breaker.call_sync(work)


@_way
def decorated(breaker: CircuitBreaker, work: Callable[[], Any]) -> Any:
    return breaker(work)()


@_way
def call(breaker: CircuitBreaker, work: Callable[[], Any]) -> Any:
    async def work_async() -> Any:
        return work()

    return asyncio.run(breaker.call(work_async))


@_way
def decorated_async(breaker: CircuitBreaker, work: Callable[[], Any]) -> Any:
    @breaker
    async def work_async() -> Any:
        return work()

    return asyncio.run(work_async())


@_way
def decorated_returning_an_awaitable(breaker: CircuitBreaker, work: Callable[[], Any]) -> Any:
    async def work_async() -> Any:
        return work()

    @breaker
    def work_later() -> Any:
        return work_async()

    async def main() -> Any:
        return await work_later()

    return asyncio.run(main())


every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
