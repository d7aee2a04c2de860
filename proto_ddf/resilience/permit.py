"""What a call that a breaker let through holds until it ends."""

from collections.abc import Callable
from contextvars import ContextVar

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


_entered: ContextVar[tuple[Permit, ...]] = ContextVar("entered_breakers", default=())
"""The permits of the `with` blocks around the code that runs, outermost first. Tasks and threads each see
their own, so one breaker can be entered by many at once, and again inside itself."""


def enter(permit: Permit) -> None:
    """Remember it for the end of a `with` block."""
    _entered.set((*_entered.get(), permit))


def leave(owner: object) -> Permit | None:
    """The permit of the innermost `with` block of that owner; None in a context that entered none."""
    permits = _entered.get()
    for place in range(len(permits) - 1, -1, -1):
        if permits[place].owner is owner:
            _entered.set(permits[:place] + permits[place + 1 :])
            return permits[place]
    return None
