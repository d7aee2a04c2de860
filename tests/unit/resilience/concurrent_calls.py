"""Many tasks and threads that call through one breaker."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from proto_ddf.resilience.breaker import CircuitBreaker
from tests.unit.resilience.breakers import Clock, YieldingClock, trip

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
    """Run `work(number)` in that many threads that start together; returns their results."""
    start = threading.Barrier(count)

    def act(number: int) -> object:
        start.wait(PATIENCE)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))
