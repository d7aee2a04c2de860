"""Keeps the failure of one connection to that connection, and counts requests, websockets and how they end.

A client may vanish at any moment. What was being done for it ends, in one line of the log without a traceback, and
nothing is sent to it again.
"""

import logging
import time
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..answers import RETRY_AFTER, close_websocket, send_answer
from ..counters import COUNTERS, route_of
from .base import Middleware

_log = logging.getLogger(__name__)

CONNECTION_ERRORS = (ConnectionError, TimeoutError)


class SendFailedError(ConnectionError):
    """What was sent to a client did not reach it. Raised where it was sent, so that its work ends."""


class ConnectionErrors(Middleware):
    """The outermost middleware but one. No exception leaves it except a cancellation."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _Connection(scope, receive, send).run(self._app)


class _Connection:
    """One request or websocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._kind: str = scope["type"]
        self._status = 0
        """Of the response; for a websocket 101 once it was accepted. 0: nothing was sent."""
        self._complete = False
        """Nothing can be sent after what was sent."""
        self._gone = False

    async def run(self, app: ASGIApp) -> None:
        began = time.perf_counter()
        COUNTERS.started[self._kind] += 1
        if debug := _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s began", self._what())
        try:
            await app(self._scope, self.receive, self.send)
        except (SendFailedError, ClientDisconnect):
            pass  # counted and logged where it was noticed
        except Exception as error:
            await self._fail(error)
        finally:
            seconds = time.perf_counter() - began
            COUNTERS.ended[self._kind] += 1
            COUNTERS.disconnected[self._kind] += self._gone
            if self._kind == "http":
                COUNTERS.statuses[self._status] += 1
                COUNTERS.request_seconds[route_of(self._scope)].add(seconds)
            if debug:
                _log.debug("%s ended: %s after %.3f s", self._what(), self._status, seconds)

    async def receive(self) -> Message:
        if self._gone:
            return self._disconnect()
        try:
            message = await self._receive()
        except Exception as error:
            self._note(error, "receive")
            message = self._disconnect()
        if message["type"].endswith(".disconnect") and not self._complete:
            self._gone = True
        return message

    async def send(self, message: Message) -> None:
        if self._gone:
            raise SendFailedError("The client has gone")
        try:
            await self._send(message)
        except Exception as error:
            self._gone = True
            self._note(error, "send")
            raise SendFailedError(str(error)) from error
        self._remember(message)

    def _remember(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                self._status = message["status"]
            case "websocket.accept":
                self._status = 101
            case "http.response.body":
                self._complete = not message.get("more_body", False)
            case "websocket.close":
                self._complete = True

    def _disconnect(self) -> dict[str, Any]:
        if self._kind == "http":
            return {"type": "http.disconnect"}
        return {"type": "websocket.disconnect", "code": 1006, "reason": ""}

    async def _fail(self, error: Exception) -> None:
        """Answer for the app, if it has sent nothing yet."""
        if isinstance(error, CONNECTION_ERRORS):
            self._note(error, "handle")
            status, text = 503, "This did not work just now. Try again."
        else:
            COUNTERS.failed[type(error).__name__] += 1
            _log.error("%s failed", self._what(), exc_info=error)
            status, text = 500, "Something went wrong. The log has the details."
        if self._gone or self._complete:
            return
        try:
            if self._kind == "websocket":
                await close_websocket(self.send, 1011, text)
            elif not self._status:
                await send_answer(self.send, status, text, [RETRY_AFTER] if status == 503 else [])
        except SendFailedError:
            pass

    def _note(self, error: Exception, doing: str) -> None:
        COUNTERS.failed[type(error).__name__] += 1
        _log.warning(
            "%s failed to %s: %s: %s", self._what(), doing, type(error).__name__, str(error)[:200]
        )

    def _what(self) -> str:
        client = self._scope.get("client") or ("?",)
        return f"{self._scope.get('method', 'websocket')} {self._scope['path']} of {client[0]}"
