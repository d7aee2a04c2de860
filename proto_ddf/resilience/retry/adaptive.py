"""Waits and numbers of attempts that adapt to the recent success rate.

The success rate is an exponentially weighted moving average. If nearly all attempts succeed, a failure is probably
short: the waits are shorter, and there are up to two more attempts. If nearly all attempts fail, retries add load
and rarely help: the waits are up to four times as long, and only two attempts are made.
"""

from dataclasses import dataclass
from threading import Lock

from proto_ddf.resilience.arguments import check_fraction

_NEUTRAL = 2 / 3
"""The success rate at which attempts and waits are as configured; also the initial value."""
_MIN_ATTEMPTS = 2
_MAX_EXTRA_ATTEMPTS = 2


@dataclass(frozen=True)
class AdaptiveSnapshot:
    success_rate: float
    """0 to 1. Recent attempts count most."""
    outcomes: int
    """Attempts counted so far."""

    @property
    def wait_factor(self) -> float:
        """The factor for waits: 0.5 if all attempts succeed, 1 at two thirds, 4 if all fail."""
        return float(2 ** (2 - 3 * self.success_rate))

    def attempts(self, configured: int) -> int:
        """Attempts to make: from 2 to `configured + 2`. If only one is configured, there is one."""
        if configured <= _MIN_ATTEMPTS and self.success_rate <= _NEUTRAL:
            return configured
        if configured == 1:
            return 1
        if self.success_rate < _NEUTRAL:
            return _MIN_ATTEMPTS + round(
                (configured - _MIN_ATTEMPTS) * self.success_rate / _NEUTRAL
            )
        above = (self.success_rate - _NEUTRAL) / (1 - _NEUTRAL)
        return configured + round(_MAX_EXTRA_ATTEMPTS * above)


class AdaptiveRetry:
    """The success rate of a system, shared by all its callers. Thread-safe.

    Args:
        weight: weight of the newest outcome, above 0 and at most 1. With 0.1 about the last 20 outcomes count.

    Raises:
        BadArgumentError: a ValueError, if `weight` is out of range.
    """

    def __init__(self, weight: float = 0.1) -> None:
        check_fraction("weight", weight)
        self._weight = weight
        self._lock = Lock()
        self._success_rate = _NEUTRAL
        self._outcomes = 0

    def succeeded(self) -> None:
        self._record(1.0)

    def failed(self) -> None:
        """Count an attempt that failed with a retryable error."""
        self._record(0.0)

    def snapshot(self) -> AdaptiveSnapshot:
        with self._lock:
            return AdaptiveSnapshot(self._success_rate, self._outcomes)

    def _record(self, outcome: float) -> None:
        with self._lock:
            self._success_rate += self._weight * (outcome - self._success_rate)
            self._outcomes += 1
