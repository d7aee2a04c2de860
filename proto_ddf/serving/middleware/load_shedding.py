"""Refuses new requests while the server has more to do than it can, so that those it has taken are answered."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import ParamSpec, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from ..load import Load
from ..refusal import refuse
from .base import Middleware

P = ParamSpec("P")
R = TypeVar("R")

RETRY_SECONDS = (1, 5)


class LoadShedding(Middleware):
    """Answers 503 with a Retry-After, spread over some seconds so that clients do not come back all at once.

    Paths that start with one of `exempt` are always answered: questions about the server's health, and the files of pages,
    without which a page that was answered does not work.
    """

    def __init__(self, app: ASGIApp, load: Load, exempt: Iterable[str] = ()) -> None:
        super().__init__(app)
        self._load = load
        self._exempt = tuple(exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._load.watch(asyncio.get_running_loop())
            try:
                await self._app(scope, receive, send)
            finally:
                self._load.stop()
        else:
            await self.handle(scope, receive, send)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(self._exempt):
            await self._app(scope, receive, send)
        elif self._load.is_overloaded():
            await refuse(
                scope,
                receive,
                send,
                status=503,
                text="The server is busy. Try again in a few seconds.",
                reason="overload",
                headers=[(b"retry-after", str(random.randint(*RETRY_SECONDS)).encode())],  # noqa: S311
            )
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            turn = _Turn(self._load)
            try:
                await self._app(scope, turn.of_client(receive), turn.of_client(send))
            finally:
                turn.end()


class _Turn:
    """Whose turn it is in a request. It counts as working while it waits for the server: not while it waits for its client,
    who may be slow."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._waiting = 0
        """How many calls wait for the client: an app may read and write at the same time."""
        self._has_ended = False
        load.working += 1

    def of_client(self, call: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        async def waiting(*args: P.args, **kwargs: P.kwargs) -> R:
            self._wait(1)
            try:
                return await call(*args, **kwargs)
            finally:
                self._wait(-1)

        return waiting

    def end(self) -> None:
        if self._waiting == 0:
            self._load.working -= 1
        self._has_ended = True

    def _wait(self, calls: int) -> None:
        was_working = self._waiting == 0
        self._waiting += calls
        if not self._has_ended:
            self._load.working += (self._waiting == 0) - was_working
