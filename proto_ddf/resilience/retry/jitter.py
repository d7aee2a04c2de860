"""Jitter: random variation of the waits between attempts, so that many callers do not retry at the same moment.

`full` and `equal` are those of "Exponential Backoff And Jitter"
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

import random
from collections.abc import Callable

from proto_ddf.resilience.arguments import check_not_negative

Jitter = Callable[[float], float]
"""A function from the backoff to the wait, both in seconds."""


def _between(low: float, high: float) -> float:
    return random.uniform(low, high)  # noqa: S311 - not used for security


def none(backoff: float) -> float:
    """No jitter: the wait is the backoff."""
    return backoff


def full(backoff: float) -> float:
    """A random wait from 0 to the backoff. It spreads callers best; the mean is half of the backoff."""
    return _between(0, backoff)


def equal(backoff: float) -> float:
    """Half of the backoff, plus a random wait from 0 to the other half."""
    return backoff / 2 + _between(0, backoff / 2)


def additive(seconds: float) -> Jitter:
    """The backoff plus a random time from 0 to `seconds`. The wait may exceed the maximum delay: callers that reached
    it must be spread too.

    Raises:
        BadArgumentError: unless `seconds` is a finite number, at least 0.
    """
    check_not_negative("seconds", seconds)

    def additive_jitter(backoff: float) -> float:
        return backoff + _between(0, seconds)

    return additive_jitter
