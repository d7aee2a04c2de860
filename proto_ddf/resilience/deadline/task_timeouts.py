"""Timeouts that cancel a task, and the bookkeeping of their cancel requests.

Most calls end long before their timeout. Therefore an event loop has one timer, set to the earliest timeout, and not
one timer per timeout.
"""

import asyncio
import math
import threading
import weakref
from collections.abc import Callable, Iterator
from contextvars import Context
from typing import Protocol


class TimeoutOwner(Protocol):
    """The scope that set the timeout."""

    def error(self) -> Exception:
        """The exception to raise when the timeout has passed."""


class TaskTimeout:
    """Cancels the current task after `left` seconds, unless `disarm` is called before.

    `owner` is the scope that set the timeout. `pending` means that the task was cancelled and the request was not taken
    back yet. `outer` is the next enclosing timeout.
    """

    __slots__ = ("_at_entry", "_loop_timer", "outer", "owner", "pending", "task", "when")

    def __init__(
        self,
        task: asyncio.Task[object],
        left: float,
        owner: TimeoutOwner,
        outer: "TaskTimeout | None",
    ) -> None:
        self.task = task
        self.owner = owner
        self.outer = outer
        self.pending = False
        self._at_entry = task.cancelling()
        loop = asyncio.get_running_loop()
        self.when = loop.time() + left
        self._loop_timer = _loop_timer(loop)
        self._loop_timer.set(self)

    def fire(self) -> None:
        self.pending = True
        self.task.cancel()

    def disarm(self) -> None:
        """Stop the timer and take back the cancel request, if one was made."""
        self._loop_timer.waiting.pop(self, None)
        if self.pending:
            self._uncancel()

    def error(self) -> Exception | None:
        """The error that the cancellation of the task stands for; None if something else cancelled the task too.

        The cancel requests behind that error are taken back.
        """
        pending = [timeout for timeout in self._with_outer() if timeout.pending]
        if not pending:
            return None
        outermost = pending[-1]
        if self.task.cancelling() - len(pending) > outermost._at_entry:
            return None
        for timeout in pending:
            timeout._uncancel()
        return outermost.owner.error()

    def _uncancel(self) -> None:
        self.pending = False
        self.task.uncancel()

    def _with_outer(self) -> "Iterator[TaskTimeout]":
        timeout: TaskTimeout | None = self
        while timeout is not None and timeout.task is self.task:
            yield timeout
            timeout = timeout.outer


class _LoopTimer:
    """The one timer of an event loop. Used in the thread that runs the loop."""

    def __init__(self) -> None:
        self.waiting: dict[TaskTimeout, None] = {}
        self._at = math.inf
        self._handle: asyncio.TimerHandle | None = None

    def set(self, timeout: TaskTimeout) -> None:
        self.waiting[timeout] = None
        if timeout.when < self._at:
            self._rearm(timeout.when)

    def _fire_due(self) -> None:
        # asyncio may call a timer a little before its time.
        now = max(self._at, asyncio.get_running_loop().time())
        for timeout in [timeout for timeout in self.waiting if timeout.when <= now]:
            del self.waiting[timeout]
            timeout.fire()
        self._rearm(min((timeout.when for timeout in self.waiting), default=math.inf))

    def _rearm(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._at = when
        if when < math.inf:
            # In a new context: the timer would otherwise keep the values of the caller's context alive.
            self._handle = asyncio.get_running_loop().call_at(
                when, self._fire_due, context=Context()
            )


class _ThreadLocals(threading.local):
    loop: Callable[[], object] = staticmethod(lambda: None)
    timer: _LoopTimer


_thread_locals = _ThreadLocals()


def _loop_timer(loop: asyncio.AbstractEventLoop) -> _LoopTimer:
    """The timer of the loop that runs in this thread."""
    if _thread_locals.loop() is not loop:
        _thread_locals.loop, _thread_locals.timer = weakref.ref(loop), _LoopTimer()
    return _thread_locals.timer
