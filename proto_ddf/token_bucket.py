"""A token bucket (https://en.wikipedia.org/wiki/Token_bucket): how often something may happen, and how often at once."""

import time
from collections.abc import Callable


class TokenBucket:
    """Full at first. Not thread-safe.

    Args:
        rate: tokens that come back in a second.
        size: tokens at most.
        clock: seconds, monotonic.
    """

    __slots__ = ("_clock", "_filled_at", "_rate", "_size", "_tokens")

    def __init__(
        self, rate: float, size: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._size, self._clock = rate, size, clock
        self._tokens = size
        self._filled_at = clock()

    def available(self) -> float:
        """The tokens now, a fraction of one too; below zero if more were taken than there were."""
        now = self._clock()
        filled = self._tokens + (now - self._filled_at) * self._rate
        self._tokens = min(self._size, filled)
        self._filled_at = now
        return self._tokens

    def seconds_until(self, tokens: float) -> float:
        """How long until that many are available; 0 if they are."""
        return max(0.0, (tokens - self.available()) / self._rate)

    def take(self) -> None:
        """Take a token, whether there is one or not."""
        self._tokens = self.available() - 1

    def try_take(self) -> bool:
        """Take a token if there is one."""
        if self.available() < 1:
            return False
        self._tokens -= 1
        return True
