"""How chance is mixed into the waits between attempts, so that many callers do not come back together.

`full` and `equal` are those of "Exponential Backoff And Jitter"
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

import random
from collections.abc import Callable

from proto_ddf.resilience.arguments import BadArgumentError, check_not_negative, is_number

Jitter = Callable[[float], float]
"""From the backoff, in seconds, to the seconds to wait."""


def _between(low: float, high: float) -> float:
    return random.uniform(low, high)  # noqa: S311 - nothing secret hangs on it


def none(backoff: float) -> float:
    """The backoff itself."""
    return backoff


def full(backoff: float) -> float:
    """Anything up to the backoff: spreads best, and on average waits half of it."""
    return _between(0, backoff)


def equal(backoff: float) -> float:
    """Half of the backoff, and anything up to the other half."""
    return backoff / 2 + _between(0, backoff / 2)


def share(part: float) -> Jitter:
    """The backoff, less up to that part of it: `share(0.1)` gives nine tenths to all of it.

    Raises:
        BadArgumentError: unless `part` is from 0 to 1.
    """
    if not (is_number(part) and 0 <= part <= 1):
        raise BadArgumentError("part", "be a share from 0 to 1", part)

    def less_a_share(backoff: float) -> float:
        return backoff * _between(1 - part, 1)

    return less_a_share


def added(seconds: float) -> Jitter:
    """The backoff and up to so many seconds more, beyond the longest wait too: there they have to spread as well.

    Raises:
        BadArgumentError: for a negative number, or none.
    """
    check_not_negative("seconds", seconds)

    def with_more(backoff: float) -> float:
        return backoff + _between(0, seconds)

    return with_more
