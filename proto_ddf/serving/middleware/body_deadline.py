"""Ends requests whose body arrives too slowly, with status 408."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..counters import COUNTERS
from ..patience import LEAST_RATE, Patience
from .base import Middleware
from .early_answer import DISCONNECT, EarlyAnswer

_log = logging.getLogger(__name__)

UPLOADS = frozenset({"/api/uploads", "/_upload"})
"""Paths that receive files. The line of a client may pause for longer there."""
UPLOAD_SECONDS = 30.0


class BodyDeadline(Middleware):
    """Waits at most `seconds` for a body that is slower than the least rate."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        super().__init__(app)
        self._seconds = seconds

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = scope["path"] in UPLOADS
        patience = Patience(max(self._seconds, UPLOAD_SECONDS) if is_upload else self._seconds)
        answer = EarlyAnswer(send)
        complete = False

        async def receive_in_time() -> Message:
            nonlocal complete
            if answer.given:
                return DISCONNECT
            if complete:
                return await receive()
            try:
                message = await patience.wait(receive())
            except TimeoutError:
                COUNTERS.refused["body_too_slow"] += 1
                _log.warning("%s %s: the body is too slow", scope["method"], scope["path"])
                await answer.give(
                    408, f"The body arrived at less than {LEAST_RATE} bytes a second."
                )
                return DISCONNECT
            patience.earn(len(message.get("body", b"")))
            complete = not message.get("more_body", False)
            return message

        await self._app(scope, receive_in_time, answer.send)
