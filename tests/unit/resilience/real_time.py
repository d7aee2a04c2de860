"""Measurements of real time, for tests that promise a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LATE_SECONDS = 0.05
RUNS = 20


def assert_takes(act: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Checks that a run takes this time, and that none of the runs is early. A loaded machine is late sometimes, wrong
    code always."""

    async def timed() -> float:
        began = time.monotonic()
        await act()
        return time.monotonic() - began

    for _ in range(RUNS):
        took = asyncio.run(timed())
        assert took > seconds - LATE_SECONDS
        if took < seconds + LATE_SECONDS:
            return
    raise AssertionError(f"every run took more than {seconds + LATE_SECONDS} s")
