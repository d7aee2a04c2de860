"""Timers that cancel a task, and the account of those requests.

Nearly all timers are never needed: the call is done long before. So there is no timer of the event loop for each;
a loop has one, set to the earliest end of those under way.
"""

import asyncio
import math
import threading
import weakref
from collections.abc import Callable, Iterator
from contextvars import Context
from typing import Protocol


class Ending(Protocol):
    """Who set the end."""

    def error(self) -> Exception:
        """What to raise when it is over."""


class Cut:
    """Cancels the current task after `left` seconds, unless `disarm` is called before.

    `owner` set that end. `pending` means that it did cancel, and that this request still stands. `outer` is the
    next one outwards.
    """

    __slots__ = ("_alarm", "_at_entry", "outer", "owner", "pending", "task", "when")

    def __init__(
        self,
        task: asyncio.Task[object],
        left: float,
        owner: Ending,
        outer: "Cut | None",
    ) -> None:
        self.task = task
        self.owner = owner
        self.outer = outer
        self.pending = False
        self._at_entry = task.cancelling()
        loop = asyncio.get_running_loop()
        self.when = loop.time() + left
        self._alarm = _alarm(loop)
        self._alarm.set(self)

    def fire(self) -> None:
        self.pending = True
        self.task.cancel()

    def disarm(self) -> None:
        """Whatever happened: nothing of this one is left behind afterwards."""
        self._alarm.waiting.pop(self, None)
        if self.pending:
            self._settle()

    def error(self) -> Exception | None:
        """The error that a cancellation of the task stands for; None when it came from outside as well.

        The requests behind that error are taken back.
        """
        pending = [cut for cut in self._outwards() if cut.pending]
        if not pending:
            return None
        widest = pending[-1]
        if self.task.cancelling() - len(pending) > widest._at_entry:
            return None
        for cut in pending:
            cut._settle()
        return widest.owner.error()

    def _settle(self) -> None:
        self.pending = False
        self.task.uncancel()

    def _outwards(self) -> "Iterator[Cut]":
        cut: Cut | None = self
        while cut is not None and cut.task is self.task:
            yield cut
            cut = cut.outer


class _Alarm:
    """The one timer of an event loop. Used in the thread that runs the loop."""

    def __init__(self) -> None:
        self.waiting: dict[Cut, None] = {}
        self._at = math.inf
        self._handle: asyncio.TimerHandle | None = None

    def set(self, cut: Cut) -> None:
        self.waiting[cut] = None
        if cut.when < self._at:
            self._rearm(cut.when)

    def _ring(self) -> None:
        now = max(self._at, asyncio.get_running_loop().time())  # a loop may be a little early
        for cut in [cut for cut in self.waiting if cut.when <= now]:
            del self.waiting[cut]
            cut.fire()
        self._rearm(min((cut.when for cut in self.waiting), default=math.inf))

    def _rearm(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._at = when
        if when < math.inf:
            # Of its own context, not the caller's: that would keep all its values until then.
            self._handle = asyncio.get_running_loop().call_at(when, self._ring, context=Context())


class _OfThread(threading.local):
    loop: Callable[[], object] = staticmethod(lambda: None)
    alarm: _Alarm


_of_thread = _OfThread()


def _alarm(loop: asyncio.AbstractEventLoop) -> _Alarm:
    """That of the loop that runs in this thread."""
    if _of_thread.loop() is not loop:
        _of_thread.loop, _of_thread.alarm = weakref.ref(loop), _Alarm()
    return _of_thread.alarm
