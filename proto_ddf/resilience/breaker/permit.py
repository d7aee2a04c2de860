"""Permits: a call that a breaker admitted holds one until it ends."""

from collections.abc import Callable

from proto_ddf.resilience.queue_time import QueueTime, queue_time


class Permit:
    """Holds the breaker's generation at the start of the call: if it has changed, the result no longer counts.

    Calls through a closed breaker share one permit. A probe has its own, which is its lease; so has a call that
    is timed because the window counts slow calls.
    """

    __slots__ = ("_queue", "_started", "generation", "lease_until")

    def __init__(self, generation: int, lease_until: float | None = None) -> None:
        self.generation = generation
        self.lease_until = lease_until
        self._started = 0.0
        self._queue: QueueTime | None = None

    def start_timing(self, now: float) -> None:
        """Start the measurement. From here on, time in Proto-DDF's own queues is recorded, to be subtracted."""
        self._started = now
        self._queue = QueueTime(queue_time.get())
        queue_time.set(self._queue)

    def stop_timing(self, clock: Callable[[], float]) -> float:
        """Seconds of the call without time in queues; 0.0 if it was not timed.

        It may run in another context than `start_timing` (when a generator is closed), and overlapping calls may
        stop in any order.
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
