"""Rate limit: a maximum of calls per time. A refusal says when the next call may start.

It is a token bucket of `calls` tokens, which is refilled evenly within `seconds`.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from proto_ddf.resilience.arguments import check_count, check_positive
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.token_bucket import TokenBucket

_ROUNDING = 1e-6
"""Seconds that a call may be early: a caller that waited exactly `retry_after` must not be refused by rounding."""


class RateLimitedError(CallRefusedError):
    """More calls than allowed. `retry_after` is in seconds; the error's context has it rounded up, and `retry_at`, the
    resulting time (ISO 8601, UTC)."""

    default_code = "rate_limited"

    def __init__(self, name: str, retry_after: float) -> None:
        seconds = max(1, ceil(retry_after))
        super().__init__(
            f"Too many calls to {name} in a short time.",
            system=name,
            operation="call",
            retry_after=seconds,
            retry_at=(datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
        )
        self.retry_after = retry_after


@dataclass(frozen=True)
class RateSnapshot:
    calls: int
    seconds: float
    available: int
    """Calls that may start now."""
    refused: int
    """In total."""


class RateLimit:
    """Thread-safe.

    Args:
        name: the system, for messages.
        calls: calls in `seconds`.

    Raises:
        BadArgumentError: a ValueError, for less than one call or no time.
    """

    def __init__(
        self,
        name: str,
        calls: int,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_count("calls", calls, 1)
        check_positive("seconds", seconds)
        self.name = name
        self.calls = calls
        self.seconds = seconds
        self._lock = threading.Lock()
        self._bucket = TokenBucket(calls / seconds, calls, clock)
        self._refused = 0

    def take(self) -> None:
        """Take a token for one call.

        Raises:
            RateLimitedError: there is none yet.
        """
        with self._lock:
            wait = self._bucket.seconds_until(1)
            if wait <= _ROUNDING:
                self._bucket.take()
                return
            self._refused += 1
        raise RateLimitedError(self.name, wait)

    def snapshot(self) -> RateSnapshot:
        with self._lock:
            available = int(self._bucket.available() + _ROUNDING)
            return RateSnapshot(self.calls, self.seconds, available, self._refused)
