"""Notes which connections have sent a request, for `Handshakes`."""

from starlette.types import ASGIApp, Receive, Scope, Send

from ..handshakes import Handshakes
from .base import Middleware


class KnownClients(Middleware):
    """The outermost middleware, so that it sees the address of the connection itself."""

    def __init__(self, app: ASGIApp, handshakes: Handshakes) -> None:
        super().__init__(app)
        self._handshakes = handshakes

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if client := scope.get("client"):
            self._handshakes.known.add((client[0], int(client[1])))  # Granian gives it as text
        await self._app(scope, receive, send)
