"""What a call that a breaker let through holds until it ends."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeAlias

from proto_ddf.resilience.queue_time import QueueTime, queue_time


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


Entered: TypeAlias = "tuple[Permit, int, Entered] | None"

entered: ContextVar[Entered] = ContextVar("entered_breakers", default=None)
"""The permits of the `with` blocks around the code that runs, innermost first, each with the id of the frame
that entered it. Tasks and threads each see their own, so one breaker can be entered by many at once, and again
inside itself; the frame tells blocks apart that overlap in one thread, as those of two generators do."""

# Bound once: these are on the success path.
get_entered = entered.get
set_entered = entered.set


def leave(owner: object, frame: int) -> Permit | None:
    """Take out the permit of that owner's block in that frame; where the frame entered none (an ExitStack
    enters in one and leaves in another), that of the innermost block. None in a context without one."""
    blocks: list[tuple[Permit, int]] = []
    one = get_entered()
    while one is not None:
        blocks.append(one[:2])
        one = one[2]
    mine = [place for place, (permit, _) in enumerate(blocks) if permit.owner is owner]
    if not mine:
        return None
    place = next((place for place in mine if blocks[place][1] == frame), mine[0])
    permit, _ = blocks.pop(place)
    rest: Entered = None
    for other, its_frame in reversed(blocks):
        rest = (other, its_frame, rest)
    set_entered(rest)
    return permit
