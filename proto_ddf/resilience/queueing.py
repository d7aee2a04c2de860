"""How long a call stood in a queue of ours: time that says nothing about its target."""

from contextvars import ContextVar


class QueueTime:
    """Adds up the seconds that one call waits for a place."""

    __slots__ = ("seconds",)

    def __init__(self) -> None:
        self.seconds = 0.0


queue_time: ContextVar[QueueTime | None] = ContextVar("queue_time", default=None)
"""Set by who times a call (a breaker that counts slow ones); a bulkhead inside adds to it."""
