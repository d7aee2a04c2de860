"""What retries under one total time have to hold to, each asked by making it happen.

A probe takes a library and returns when it holds; it raises Fails with what happened instead, or NotOffered.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from benchmarks.conformance.contract import AsyncCall, Fails, NotOffered, Probe, RetryLibrary, turns
from benchmarks.conformance.retries import RateLimited

TOTAL = 0.2
TOLERANCE = 0.05


async def attempt_cut(library: RetryLibrary) -> None:
    """0.2 s in all end an attempt of 1 s at 0.2 s, be it the first or one after a failure at 0.1 s."""
    for failures in (0, 1):

        async def attempt(number: int, failures: int = failures) -> None:
            if number <= failures:
                await asyncio.sleep(0.1)
                raise ConnectionError("down")
            await asyncio.sleep(1.0)

        seconds, attempts = await _seconds(library, attempt, wait=0.01)
        if not TOTAL - TOLERANCE <= seconds <= TOTAL + TOLERANCE:
            raise Fails(f"ended after {seconds:.2f} s in attempt {attempts}")


async def waits_bounded(library: RetryLibrary) -> None:
    """0.2 s in all are not passed by waits of 0.15 s."""

    async def attempt(number: int) -> None:
        raise ConnectionError("down")

    seconds, _ = await _seconds(library, attempt, wait=0.15)
    if seconds > TOTAL + TOLERANCE:
        raise Fails(f"ended after {seconds:.2f} s")


async def retry_after_bounded(library: RetryLibrary) -> None:
    """0.2 s in all are not passed by a `Retry-After: 1`."""
    if not library.hints:
        raise NotOffered

    async def attempt(number: int) -> None:
        raise RateLimited(1)

    seconds, _ = await _seconds(library, attempt, wait=0.01)
    if seconds > TOTAL + TOLERANCE:
        raise Fails(f"ended after {seconds:.2f} s")


async def retry_after_kept(library: RetryLibrary) -> None:
    """With time left a `Retry-After: 1` is waited for."""
    if not library.hints:
        raise NotOffered
    begin = time.monotonic()
    attempts: list[float] = []

    async def attempt() -> None:
        attempts.append(time.monotonic() - begin)
        if len(attempts) == 1:
            raise RateLimited(1)

    await library.run(attempt, total=5.0, wait=0.01, attempts=3)
    if attempts[1] < 0.95:
        raise Fails(f"tried again after {attempts[1]:.2f} s")


async def cancelled_attempt(library: RetryLibrary) -> None:
    """A cancellation during an attempt ends it all, without another attempt."""
    attempts = 0

    async def attempt() -> None:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0.5)

    task = asyncio.create_task(_call(library, attempt))
    await asyncio.sleep(0.02)
    task.cancel()
    await _expect_cancelled(task)
    if attempts != 1:
        raise Fails(f"{attempts} attempts")


async def cancelled_wait(library: RetryLibrary) -> None:
    """A cancellation during a wait ends it all, without another attempt."""
    attempts = 0

    async def attempt() -> None:
        nonlocal attempts
        attempts += 1
        raise ConnectionError("down")

    task = asyncio.create_task(_call(library, attempt, wait=3.0))
    await asyncio.sleep(0.05)
    task.cancel()
    await _expect_cancelled(task)
    if attempts != 1:
        raise Fails(f"{attempts} attempts")


async def cancelled_at_the_end(library: RetryLibrary) -> None:
    """A cancellation as the attempt ends, and any turn of the event loop later, is not swallowed."""
    for later in range(10):
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def attempt(end: asyncio.Future[None] = end) -> None:
            await end

        task = asyncio.create_task(_call(library, attempt))
        await turns(10)
        end.set_result(None)
        await turns(later)
        if task.done():
            return
        task.cancel()
        await _expect_cancelled(task)


async def cancelled_at_the_deadline(library: RetryLibrary) -> None:
    """A cancellation in the same turn of the event loop as the total time's end is not swallowed."""
    for seconds in (0.04, 0.06):
        while not await _cancel_at_the_deadline(library, seconds):
            pass


async def _cancel_at_the_deadline(library: RetryLibrary, seconds: float) -> bool:
    """Whether the loop stood still before either was due, and both were due when it came back. On a busy machine it
    may come too late for that, and then one of the two is simply first."""
    loop = asyncio.get_running_loop()
    first_due = loop.time() + 0.04
    stood_still_in_time = False

    def stand_still() -> None:
        nonlocal stood_still_in_time
        stood_still_in_time = loop.time() < first_due
        time.sleep(0.06)

    async def attempt() -> None:
        await asyncio.sleep(0.5)

    task = asyncio.create_task(_call(library, attempt, total=0.05))
    await turns(2)
    loop.call_later(seconds, task.cancel)
    loop.call_later(0.02, stand_still)
    try:
        await _expect_cancelled(task)
    except Fails:
        if stood_still_in_time:
            raise
    return stood_still_in_time


RETRY_PROBES: dict[str, Probe[RetryLibrary]] = {
    "A limit of 0.2 s ends an attempt of 1 s at 0.2 s (within 50 ms)": attempt_cut,
    "A limit of 0.2 s is kept with waits of 0.15 s": waits_bounded,
    "A limit of 0.2 s is kept with `Retry-After: 1`": retry_after_bounded,
    "`Retry-After: 1` is waited for if time is left": retry_after_kept,
    "Cancelled in an attempt: CancelledError, no other attempt": cancelled_attempt,
    "Cancelled in a wait: the same": cancelled_wait,
    "Cancelled as the attempt ends: not swallowed": cancelled_at_the_end,
    "Cancelled as the total time ends: not swallowed": cancelled_at_the_deadline,
}


async def _call(
    library: RetryLibrary,
    attempt: AsyncCall,
    total: float = 5.0,
    wait: float = 0.01,
    attempts: int = 10,
) -> Any:
    return await library.run(attempt, total=total, wait=wait, attempts=attempts)


async def _seconds(
    library: RetryLibrary, attempt: Callable[[int], Awaitable[None]], wait: float
) -> tuple[float, int]:
    """Until it gave up, and in which attempt; the shortest of up to three runs, since a busy machine makes it
    later and never earlier. `attempt` is told its number."""
    shortest = (math.inf, 0)
    for _ in range(3):
        number = 0

        async def numbered() -> None:
            nonlocal number
            number += 1
            await attempt(number)

        begin = time.monotonic()
        with suppress(Exception):  # how it tells is its own affair
            await _call(library, numbered, total=TOTAL, wait=wait)
        shortest = min(shortest, (time.monotonic() - begin, number))
        if shortest[0] <= TOTAL + TOLERANCE:
            break
    return shortest


async def _expect_cancelled(task: asyncio.Task[Any]) -> None:
    try:
        await asyncio.wait_for(asyncio.shield(task), 2.0)
    except asyncio.CancelledError:
        return
    except Exception as error:
        raise Fails(f"swallowed: {type(error).__name__}") from error
    raise Fails("swallowed: returned a result")
