"""Ends the work for clients that do not read what is sent to them. Their socket is closed by TCP_USER_TIMEOUT."""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..counters import COUNTERS
from .base import Middleware
from .connection_errors import SendFailedError

_log = logging.getLogger(__name__)

UNREAD_SECONDS = 10.0
"""So long a client may take nothing of what is sent to it."""
PIECE = 65_536
"""Bytes of a response that are sent at a time."""


class ResponseNotRead(Middleware):
    """Waits at most `seconds` until a piece of a response, or a message of a websocket, is taken."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        super().__init__(app)
        self._seconds = seconds

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            try:
                for piece in _pieces(message):
                    async with asyncio.timeout(self._seconds):
                        await send(piece)
                    if piece.get("more_body", False):
                        # Granian takes all pieces at once when the client has gone; nothing else would run meanwhile.
                        await asyncio.sleep(0)
            except TimeoutError:
                COUNTERS.refused["response_not_read"] += 1
                _log.warning("%s %s: the response is not read", scope["type"], scope["path"])
                raise SendFailedError("The response is not read") from None

        await self._app(scope, receive, send_in_time)


def _pieces(message: Message) -> list[Message]:
    """A large body as several messages, since the server takes one message at once, whatever its size."""
    body = message.get("body", b"")
    if len(body) <= PIECE or message["type"] != "http.response.body":
        return [message]
    more = message.get("more_body", False)
    return [
        {
            "type": "http.response.body",
            "body": body[at : at + PIECE],
            "more_body": more or at + PIECE < len(body),
        }
        for at in range(0, len(body), PIECE)
    ]
