"""How long a call stood in a queue of ours: time that says nothing about its target."""

from contextvars import ContextVar
from typing import Self


class QueueTime:
    """Adds up the seconds that one call waits for a place; `outer` is the call it is part of."""

    __slots__ = ("outer", "seconds")

    def __init__(self, outer: Self | None = None) -> None:
        self.outer = outer
        self.seconds = 0.0


queue_time: ContextVar[QueueTime | None] = ContextVar("queue_time", default=None)
"""Set by who times a call, such as a breaker that counts slow ones."""


def record_queue_time(seconds: float) -> None:
    """Tell all who time the call under way that it stood in a queue for so long."""
    one = queue_time.get()
    while one is not None:
        one.seconds += seconds
        one = one.outer
