"""Waits and numbers of attempts that adapt to the recent success rate.

The share of attempts that succeeded is kept as an exponentially weighted moving average. Where nearly all
succeed, a failure is a hiccup: it is tried again soon, and up to two times more. Where nearly all fail,
more attempts are more load and little hope: waits are up to four times as long, and two attempts are made.
"""

from dataclasses import dataclass
from threading import Lock

from proto_ddf.resilience.arguments import check_fraction

_NEUTRAL = 2 / 3
"""The share of successes at which attempts and waits are as configured; also what is assumed at first."""
_MIN_ATTEMPTS = 2
_MAX_EXTRA_ATTEMPTS = 2


@dataclass(frozen=True)
class AdaptiveSnapshot:
    success_rate: float
    """0 to 1: recent attempts weigh most."""
    outcomes: int
    """Attempts seen so far."""

    @property
    def wait_factor(self) -> float:
        """What waits are multiplied by: 0.5 when everything succeeds, 1 at two thirds, 4 when all fails."""
        return float(2 ** (2 - 3 * self.success_rate))

    def attempts(self, configured: int) -> int:
        """Attempts to make where `configured` are: from 2 to two more. A single one stays single."""
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
        weight: how much the newest outcome counts, above 0 and at most 1; 0.1 looks back about 20 outcomes.

    Raises:
        BadArgumentError: a ValueError, for another weight.
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
        """An attempt failed in a way that would be retried."""
        self._record(0.0)

    def snapshot(self) -> AdaptiveSnapshot:
        with self._lock:
            return AdaptiveSnapshot(self._success_rate, self._outcomes)

    def _record(self, outcome: float) -> None:
        with self._lock:
            self._success_rate += self._weight * (outcome - self._success_rate)
            self._outcomes += 1
