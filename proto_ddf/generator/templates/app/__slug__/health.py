"""Says that the app answers, at /api/health: its pages ask, and so may a program that watches the app. GET and HEAD."""

from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def health_route() -> Starlette:
    """To be mounted in front of Reflex's own routes: `rx.App(api_transformer=...)`."""
    return Starlette(routes=[Route("/api/health", _answer, methods=["GET"])])


async def _answer(_request: Request) -> JSONResponse:
    body = {"status": "ok", "timestamp": datetime.now(UTC).isoformat()}
    return JSONResponse(body, headers={"cache-control": "no-store"})
