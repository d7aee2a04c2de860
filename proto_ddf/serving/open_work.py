"""What is open in this process: the requests that run and the websockets of open pages. The shutdown ends them."""

import asyncio

from starlette.types import Send

from .answers import close_websocket

RESTART = 1012
"""The code with which open pages learn that the server ends: service restart
(https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number)."""
CLOSE_SECONDS = 1.0
"""How long all clients together may take to accept that."""


class OpenWork:
    """Only the event loop's thread uses it."""

    def __init__(self) -> None:
        self.draining = False
        """The server ends: it takes no new work."""
        self.requests: set[asyncio.Task[None]] = set()
        self.websockets: dict[asyncio.Task[None], Send] = {}

    async def close_websockets(self) -> None:
        """Tell open pages that the server ends."""
        closing = [
            asyncio.create_task(close_websocket(send, RESTART, "The server ends"))
            for send in self.websockets.values()
        ]
        if closing:
            await asyncio.wait(closing, timeout=CLOSE_SECONDS)

    def cancel(self) -> None:
        """End what is still open."""
        for task in (*self.requests, *self.websockets):
            task.cancel()


OPEN_WORK = OpenWork()
"""That of this process."""
