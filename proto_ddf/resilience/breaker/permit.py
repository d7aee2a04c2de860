"""What a call that a breaker let through holds until it ends."""

from collections.abc import Callable

from proto_ddf.resilience.queue_time import QueueTime, queue_time


class Permit:
    """The generation it was given in decides whether the call's result still counts.

    Calls of a closed breaker share one. A probe has its own, the lease of its place; so has a call that is
    timed, because the window counts slow ones.
    """

    __slots__ = ("_queue", "_started", "generation", "lease_until")

    def __init__(self, generation: int, lease_until: float | None = None) -> None:
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
