"""Measurements of real time, for tests that promise a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable


def shortest(act: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the shortest of three runs: a loaded machine is late sometimes, wrong code always."""

    async def timed() -> float:
        began = time.monotonic()
        await act()
        return time.monotonic() - began

    return min(asyncio.run(timed()) for _ in range(3))
