"""Bulkhead: a limit on the concurrent calls of a target, with a short queue. Further calls are refused.

A slot that becomes free is given to the first waiter in the queue, so that no later call takes it.
Threads and tasks of any event loop wait in one queue. No lock is held while a call runs or waits.
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
    """All slots are taken and the queue is full, or the deadline passed before a slot became free."""

    default_code = "bulkhead_full"

    def __init__(self, name: str, max_concurrent: int, max_queue: int) -> None:
        super().__init__(
            f"{name} is busy: {max_concurrent} calls are running and {max_queue} are waiting.",
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
    """It holds a slot. Written under the bulkhead's lock."""

    def wake(self) -> bool:
        """False if the waiter no longer exists, because its event loop was closed."""


class Bulkhead:
    """Thread-safe, and usable from any number of event loops.

    Args:
        name: the target, for messages.
        max_concurrent: calls that may run at the same time.
        max_queue: calls that may wait for a slot.

    Raises:
        BadArgumentError: a ValueError, for less than one slot or a negative queue.
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
        # Re-entrant: the garbage collector may end an abandoned call while the lock is held.
        self._lock = threading.RLock()
        self._active = 0
        self._waiters: deque[_Waiter] = deque()
        self._refused = 0

    def try_enter(self) -> bool:
        """Take a slot if one is free now. After True the caller must call `leave` once."""
        with self._lock:
            # `leave` gives a slot to a waiter directly, so a slot is free only if nobody waits.
            if self._active < self.max_concurrent:
                self._active += 1
                return True
            return False

    def enter_sync(self) -> None:
        """Take a slot. If none is free, wait in the queue, at most until the current deadline.

        Raises:
            BulkheadFullError: no slot became free.
            BaseException: whatever the operation's `check_stop` raises.
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
        """The same for a task. A cancellation ends the wait."""
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
        """Give the slot to the first waiter, or free it if nobody waits."""
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
        """True if a slot was free, False if the waiter was queued."""
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
        """Leave the queue. If the waiter got a slot meanwhile, it goes to the next waiter."""
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
        except RuntimeError:  # the loop was closed, so the task is gone
            return False
        return True

    def end(self) -> None:
        if not self.future.done():
            self.future.set_result(None)
