"""Time that a call spends in Proto-DDF's own queues. It says nothing about the target, so breakers subtract it."""

from contextvars import ContextVar
from typing import Self


class QueueTime:
    """The seconds that one call has waited in queues, in total. `outer` is that of the enclosing call."""

    __slots__ = ("outer", "seconds")

    def __init__(self, outer: Self | None = None) -> None:
        self.outer = outer
        self.seconds = 0.0


queue_time: ContextVar[QueueTime | None] = ContextVar("queue_time", default=None)
"""Set by code that measures a call, such as a breaker that counts slow calls."""


def record_queue_time(seconds: float) -> None:
    """Add time in a queue to every measurement of the current call."""
    one = queue_time.get()
    while one is not None:
        one.seconds += seconds
        one = one.outer
