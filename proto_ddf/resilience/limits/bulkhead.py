"""Bulkhead: at most so many calls of a target at once, a short queue, then a clear refusal.

A place that becomes free is handed to the first in the queue, so that nobody who comes later takes it.
Threads and tasks of any event loop stand in one queue. No lock is held while a call runs or waits.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from proto_ddf.progress import current_progress
from proto_ddf.resilience.arguments import check_count
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.resilience.deadline import Deadline, current_deadline
from proto_ddf.resilience.queue_time import record_queue_time

_POLL_SECONDS = 0.1
"""How often a waiting thread checks whether to stop, in seconds."""


class BulkheadFullError(CallRefusedError):
    """All places are taken and so is the queue, or the deadline came before a place was free."""

    default_code = "bulkhead_full"

    def __init__(self, name: str, max_concurrent: int, max_queue: int) -> None:
        super().__init__(
            f"{name} is busy: {max_concurrent} calls at once, {max_queue} waiting.",
            system=name,
            operation="call",
            max_concurrent=max_concurrent,
            max_queue=max_queue,
        )


@dataclass(frozen=True)
class BulkheadSnapshot:
    max_concurrent: int
    max_queue: int
    active: int
    waiting: int
    refused: int
    """In total."""


class _Waiter(Protocol):
    granted: bool
    """It holds a place. Written under the bulkhead's lock."""

    def wake(self) -> bool:
        """False when nobody is left to wake: its event loop was closed."""


class Bulkhead:
    """Thread-safe, and usable from any number of event loops.

    Args:
        name: the target, for messages.
        max_concurrent: calls at once.
        max_queue: calls that may wait for a place.

    Raises:
        BadArgumentError: a ValueError, for less than one place or a negative queue.
    """

    def __init__(
        self,
        name: str,
        max_concurrent: int,
        max_queue: int = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_count("max_concurrent", max_concurrent, 1)
        check_count("max_queue", max_queue, 0)
        self.name = name
        self.max_concurrent = max_concurrent
        self.max_queue = max_queue
        self._clock = clock
        self._lock = threading.RLock()  # the garbage collector may end an abandoned call inside
        self._active = 0
        self._waiters: deque[_Waiter] = deque()
        self._refused = 0

    def try_enter(self) -> bool:
        """Take a place if one is free now. Who got one calls `leave` once."""
        with self._lock:
            # Waiters are handed places, so a place is free only while nobody waits.
            if self._active < self.max_concurrent:
                self._active += 1
                return True
            return False

    def enter_sync(self) -> None:
        """Take a place, waiting in the queue if need be until the deadline in force.

        Raises:
            BulkheadFullError: no place.
            BaseException: what the operation's `check_stop` raises.
        """
        waiter = _ThreadWaiter()
        if self._enter_or_queue(waiter):
            return
        started, deadline, progress = self._clock(), current_deadline(), current_progress.get()
        try:
            while not waiter.event.wait(
                _POLL_SECONDS if deadline is None else _poll_seconds(deadline)
            ):
                progress.check_stop()
                if deadline is not None and deadline.expired:
                    break
            self._check_granted(waiter, deadline)
        except BaseException:
            self._give_up(waiter)
            raise
        finally:
            record_queue_time(self._clock() - started)

    async def enter(self) -> None:
        """As `enter_sync`, for a task; a cancellation ends the wait."""
        waiter = _TaskWaiter()
        if self._enter_or_queue(waiter):
            return
        started, deadline = self._clock(), current_deadline()
        timer = deadline and waiter.loop.call_later(max(0.0, deadline.left()), waiter.end)
        try:
            await waiter.future
            self._check_granted(waiter, deadline)
        except BaseException:
            self._give_up(waiter)
            raise
        finally:
            if timer:
                timer.cancel()
            record_queue_time(self._clock() - started)

    def leave(self) -> None:
        """Give the place back, to the first in the queue if there is one."""
        with self._lock:
            self._hand_over()

    def snapshot(self) -> BulkheadSnapshot:
        with self._lock:
            return BulkheadSnapshot(
                self.max_concurrent,
                self.max_queue,
                self._active,
                len(self._waiters),
                self._refused,
            )

    def _enter_or_queue(self, waiter: _Waiter) -> bool:
        """True if a place was free, False if the waiter was queued."""
        with self._lock:
            if self._active < self.max_concurrent:
                self._active += 1
                return True
            if len(self._waiters) >= self.max_queue:
                self._refused += 1
                raise BulkheadFullError(self.name, self.max_concurrent, self.max_queue)
            self._waiters.append(waiter)
            return False

    def _check_granted(self, waiter: _Waiter, deadline: Deadline | None) -> None:
        with self._lock:
            if not waiter.granted or (deadline is not None and deadline.expired):
                self._refused += 1
                raise BulkheadFullError(self.name, self.max_concurrent, self.max_queue)

    def _give_up(self, waiter: _Waiter) -> None:
        """Leave the queue; a place that was handed over meanwhile goes to the next."""
        with self._lock:
            if waiter.granted:
                self._hand_over()
            else:
                self._waiters.remove(waiter)

    def _hand_over(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            waiter.granted = True
            if waiter.wake():
                return
        self._active -= 1


def _poll_seconds(deadline: Deadline) -> float:
    return min(_POLL_SECONDS, max(0.0, deadline.left()))


class _ThreadWaiter:
    """A thread that waits."""

    def __init__(self) -> None:
        self.granted = False
        self.event = threading.Event()

    def wake(self) -> bool:
        self.event.set()
        return True


class _TaskWaiter:
    """A task that waits."""

    def __init__(self) -> None:
        self.granted = False
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = self.loop.create_future()

    def wake(self) -> bool:
        try:
            self.loop.call_soon_threadsafe(self.end)
        except RuntimeError:  # the loop is closed, the task is gone with it
            return False
        return True

    def end(self) -> None:
        if not self.future.done():
            self.future.set_result(None)
