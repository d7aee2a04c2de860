"""What all middleware has in common."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Middleware:
    """Handles requests and websockets; the lifespan passes through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:
            await self.handle(scope, receive, send)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request or a websocket."""
        raise NotImplementedError
