"""How chance is mixed into the waits between attempts, so that many callers do not come back together.

`full`, `equal` and `decorrelated` are those of "Exponential Backoff And Jitter"
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from proto_ddf.resilience.arguments import BadArgumentError, check_not_negative, is_number


class Backoff(NamedTuple):
    """What a wait is made of, all in seconds."""

    delay: float
    """The exponential backoff, `longest` at most."""
    initial: float
    """The first delay."""
    previous: float
    """The wait before this one; before the first wait the first delay."""
    longest: float


Jitter = Callable[[Backoff], float]
"""Gives the seconds to wait."""


def _between(low: float, high: float) -> float:
    return random.uniform(low, high)  # noqa: S311 - nothing secret hangs on it


def none(backoff: Backoff) -> float:
    """The backoff itself."""
    return backoff.delay


def full(backoff: Backoff) -> float:
    """Anything up to the backoff: spreads best, and on average waits half of it."""
    return _between(0, backoff.delay)


def equal(backoff: Backoff) -> float:
    """Half of the backoff, and anything up to the other half."""
    return backoff.delay / 2 + _between(0, backoff.delay / 2)


def decorrelated(backoff: Backoff) -> float:
    """From the first delay to three times the wait before, `longest` at most; looks at no backoff."""
    return min(backoff.longest, _between(backoff.initial, backoff.previous * 3))


def share(part: float) -> Jitter:
    """The backoff, less up to that part of it: `share(0.1)` gives nine tenths to all of it.

    Raises:
        BadArgumentError: unless `part` is from 0 to 1.
    """
    if not (is_number(part) and 0 <= part <= 1):
        raise BadArgumentError("part", "be a share from 0 to 1", part)

    def less_a_share(backoff: Backoff) -> float:
        return backoff.delay * _between(1 - part, 1)

    return less_a_share


def added(seconds: float) -> Jitter:
    """The backoff and up to so many seconds more, beyond `longest` too: there they have to spread as well.

    Raises:
        BadArgumentError: for a negative number, or none.
    """
    check_not_negative("seconds", seconds)

    def with_more(backoff: Backoff) -> float:
        return backoff.delay + _between(0, seconds)

    return with_more
