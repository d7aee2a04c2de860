"""How long a slow sender is waited for: a least rate, with an allowance."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

LEAST_RATE = 1000
"""Bytes per second."""


class Patience:
    """Waits at most `seconds` in all. What arrives gives time back, at the least rate, up to that again. Only waiting
    counts: a server that reads slowly does not make its client late."""

    def __init__(self, seconds: float) -> None:
        self._most = seconds
        self._left = seconds

    async def wait(self, message: Awaitable[T]) -> T:
        """Raises TimeoutError when there is no time left."""
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._left):
                return await message
        finally:
            self._left -= asyncio.get_running_loop().time() - began

    def earn(self, size: int) -> None:
        """`size` bytes have arrived."""
        self._left = min(self._most, self._left + size / LEAST_RATE)
