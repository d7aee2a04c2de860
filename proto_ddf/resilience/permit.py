"""What a call that a breaker let through holds until it ends."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeAlias

from proto_ddf.resilience.queueing import QueueTime, queue_time


class Permit:
    """The generation it was given in decides whether the call's result still counts.

    Calls of a closed breaker share one. A probe has its own, the lease of its place; so has a call that is
    timed, because the window counts slow ones.
    """

    __slots__ = ("_queue", "_started", "generation", "lease_until", "owner")

    def __init__(self, owner: object, generation: int, lease_until: float | None = None) -> None:
        self.owner = owner
        self.generation = generation
        self.lease_until = lease_until
        self._started = 0.0
        self._queue: QueueTime | None = None

    def start_timing(self, now: float) -> None:
        """From here on what waits in a queue of ours says so."""
        self._started = now
        self._queue = QueueTime(queue_time.get())
        queue_time.set(self._queue)

    def stop_timing(self, clock: Callable[[], float]) -> float:
        """The seconds of the call without those in queues; 0.0 for one that was not timed.

        May run in another context than the start (a generator that is closed), or out of order (two that
        overlap).
        """
        if (queue := self._queue) is None:
            return 0.0
        one = queue_time.get()
        if one is queue:
            queue_time.set(queue.outer)
        else:
            while one is not None and one.outer is not queue:
                one = one.outer
            if one is not None:
                one.outer = queue.outer
        return clock() - self._started - queue.seconds


Entered: TypeAlias = "tuple[Permit, Entered] | None"

entered: ContextVar[Entered] = ContextVar("entered_breakers", default=None)
"""The permits of the `with` blocks around the code that runs, innermost first. Tasks and threads each see
their own, so one breaker can be entered by many at once, and again inside itself."""


def leave(owner: object) -> Permit | None:
    """Take out the permit of the innermost `with` block of that owner; None in a context without one."""
    inner: list[Permit] = []
    one = entered.get()
    while one is not None and one[0].owner is not owner:
        inner.append(one[0])
        one = one[1]
    if one is None:
        return None
    permit, rest = one
    for other in reversed(inner):
        rest = (other, rest)
    entered.set(rest)
    return permit
