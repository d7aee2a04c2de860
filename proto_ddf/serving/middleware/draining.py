"""Takes no new work while the server ends (503), and keeps account of what is open."""

import asyncio

from starlette.types import Receive, Scope, Send

from ..answers import CLOSE, RETRY_AFTER, close_websocket, send_answer
from ..counters import COUNTERS
from ..open_work import OPEN_WORK, RESTART
from .base import Middleware

ENDS = "The server ends. Try again."


class Draining(Middleware):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        if scope["type"] == "websocket":
            if OPEN_WORK.draining:
                COUNTERS.refused["draining"] += 1
                await close_websocket(send, RESTART, ENDS)
                return
            OPEN_WORK.websockets[task] = send
            try:
                await self._app(scope, receive, send)
            finally:
                del OPEN_WORK.websockets[task]
            return
        if OPEN_WORK.draining:
            COUNTERS.refused["draining"] += 1
            await send_answer(send, 503, ENDS, [RETRY_AFTER, CLOSE])
            return
        OPEN_WORK.requests.add(task)
        try:
            await self._app(scope, receive, send)
        finally:
            OPEN_WORK.requests.discard(task)
