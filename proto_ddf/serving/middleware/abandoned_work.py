"""Stops work that nobody waits for: when a client goes away, what runs for its request is cancelled.

Operations are not affected, since they do not run in requests. A handler that must not stop half-way shields that part
(asyncio.shield).
"""

import asyncio
import logging
from collections import deque

from starlette.types import Message, Receive, Scope, Send

from ..counters import COUNTERS
from .base import Middleware

_log = logging.getLogger(__name__)

WATCH_AFTER_SECONDS = 0.05
"""Most requests have ended before. A watch needs a task of its own."""
AHEAD_BYTES = 65_536
"""Of a body, that are read before the app asks for them."""
GRACE_SECONDS = 2.0
"""How long a handler may go on that was told so itself, to clean up."""


class AbandonedWork(Middleware):
    """Reads messages ahead of the app, so nothing above may take that for the app's own waiting."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None:
            await self._app(scope, receive, send)
            return
        watch = _Watch(receive, send, task)
        watch.begin_later()
        try:
            await self._app(scope, watch.receive, watch.send)
        except asyncio.CancelledError:
            if not watch.cancelled or task.cancelling() > 1:
                raise
        finally:
            watch.end()
            if watch.cancelled:
                task.uncancel()
                COUNTERS.abandoned += 1
                _log.debug("%s %s: stopped, its client has gone", scope["method"], scope["path"])


class _Watch:
    """Receives for the app, and meanwhile notices that the client goes away."""

    def __init__(self, receive: Receive, send: Send, work: asyncio.Task[None]) -> None:
        self._receive = receive
        self._send = send
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ahead: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._app_waits = False
        self._complete = False
        """The whole response was sent, so that the client may go."""
        self.cancelled = False

    def begin_later(self) -> None:
        self._timer = self._loop.call_later(WATCH_AFTER_SECONDS, self._begin)

    def end(self) -> None:
        self._stop_timer()
        if self._reader:
            self._reader.cancel()

    async def send(self, message: Message) -> None:
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._complete = True
            self.end()

    async def receive(self) -> Message:
        self._app_waits = True
        try:
            message = await self._next()
        finally:
            self._app_waits = False
        if message["type"] == "http.disconnect":
            self._left()
        elif self._timer is None and not self._reading():
            self.begin_later()
        return message

    async def _next(self) -> Message:
        while not self._ahead:
            if not self._reading():
                return await self._receive()
            self._arrived.clear()
            await self._arrived.wait()
        return self._ahead.popleft()

    def _reading(self) -> bool:
        return self._reader is not None and not self._reader.done()

    def _begin(self) -> None:
        self._timer = None
        if not self._app_waits:  # otherwise it begins when the app has got its message
            self._reader = self._loop.create_task(self._watch())

    async def _watch(self) -> None:
        """Until the client goes, or so much of the body has arrived that the app must read some first."""
        size = 0
        while size < AHEAD_BYTES:
            message = await self._receive()
            self._ahead.append(message)
            self._arrived.set()
            if message["type"] == "http.disconnect":
                if not self._app_waits:
                    self._cancel()
                return
            size += len(message.get("body", b""))

    def _left(self) -> None:
        """The app knows that the client has gone."""
        if not self._complete:
            self._stop_timer()
            self._timer = self._loop.call_later(GRACE_SECONDS, self._cancel)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _cancel(self) -> None:
        if not self._complete:
            self.cancelled = True
            self._work.cancel()
