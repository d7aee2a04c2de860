"""Refuses what is too large: the head of a request (431), its body (413), the message of a websocket (code 1009)."""

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..answers import close_websocket
from ..counters import COUNTERS
from ..refusal import read_refused_body
from .base import Middleware
from .early_answer import DISCONNECT, EarlyAnswer

_log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
REFLEX_UPLOADS = "/_upload"
OWN_LIMIT = "/api/uploads"
"""A path whose route limits its bodies itself, and answers with an error that its page can show."""
HEAD_BYTES = 32_768
"""Of all headers. Cookies of all apps on a host are among them."""
MESSAGE_BYTES = MEGABYTE
"""Of one message of a websocket. Reflex closes the socket at this size too, but does not say why."""


class SizeLimits(Middleware):
    """Limits bodies to `body_mb`, and those of Reflex's own uploads to `upload_mb`."""

    def __init__(self, app: ASGIApp, body_mb: int, upload_mb: int) -> None:
        super().__init__(app)
        self._body_mb = body_mb
        self._upload_mb = upload_mb

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._handle_websocket(scope, receive, send)
        else:
            await self._handle_request(scope, receive, send)

    async def _handle_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit_mb = self._upload_mb if scope["path"] == REFLEX_UPLOADS else self._body_mb
        answer = EarlyAnswer(send)
        size = 0

        async def refuse(status: int, reason: str, text: str) -> None:
            COUNTERS.refused[reason] += 1
            _log.warning("%s %s: %s", scope["method"], scope["path"], reason)
            await answer.give(status, text)

        async def receive_up_to_limit() -> Message:
            nonlocal size
            if answer.given:
                return DISCONNECT
            message = await receive()
            size += len(message.get("body", b""))
            if size <= limit_mb * MEGABYTE:
                return message
            if message.get("more_body", False):
                await read_refused_body(receive)
            await refuse(413, "body_too_large", f"The body may have {limit_mb} MB.")
            return DISCONNECT

        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_BYTES:
            await refuse(431, "head_too_large", f"The headers may have {HEAD_BYTES} bytes.")
        elif scope["path"] == OWN_LIMIT:
            await self._app(scope, receive, send)
        elif _announced(scope) > limit_mb * MEGABYTE:
            await read_refused_body(receive)
            await refuse(413, "body_too_large", f"The body may have {limit_mb} MB.")
        else:
            await self._app(scope, receive_up_to_limit, answer.send)

    async def _handle_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_up_to_limit() -> Message:
            message = await receive()
            said = message.get("bytes") or message.get("text") or ""
            if len(said) <= MESSAGE_BYTES:
                return message
            COUNTERS.refused["message_too_large"] += 1
            _log.warning("websocket %s: message_too_large", scope["path"])
            await close_websocket(send, 1009, f"A message may have {MESSAGE_BYTES} bytes.")
            return {"type": "websocket.disconnect", "code": 1009, "reason": ""}

        await self._app(scope, receive_up_to_limit, send)


def _announced(scope: Scope) -> int:
    announced = Headers(scope=scope).get("content-length", "")
    return int(announced) if announced.isdecimal() else 0
