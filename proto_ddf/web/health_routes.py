"""The routes that answer questions about the server's health.

/api/health and /health say that the server answers, to everybody, as pages and load balancers ask often. /readiness says
whether it can do its work and names what fails, /metrics what it has counted. These two are for those who run it: with
METRICS_TOKEN or as an admin, and from this machine where nobody signs in.
"""

import asyncio
import hmac
import ipaddress
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from proto_ddf.accounts.roles import Role, allows
from proto_ddf.monitoring.health import HEALTH, Status
from proto_ddf.operations.metrics import CONTENT_TYPE, metrics_text
from proto_ddf.settings import get_settings
from proto_ddf.web.access.request_session import session_of

_NOT_KEPT = {"cache-control": "no-store"}


def health_routes() -> list[Route]:
    return [
        Route("/api/health", answer_health, methods=["GET"]),
        Route("/health", answer_health, methods=["GET"]),
        Route("/readiness", answer_readiness, methods=["GET"]),
        Route("/metrics", answer_metrics, methods=["GET"]),
    ]


async def answer_health(_request: Request) -> Response:
    """The server answers. GET and HEAD; it looks at nothing else, so that it stays cheap."""
    return JSONResponse({"status": "ok", "timestamp": _now()}, headers=_NOT_KEPT)


async def answer_readiness(request: Request) -> Response:
    """Whether the server can do its work, and what each check found; 503 if it cannot."""
    if not may_read(request):
        return refusal()
    report = await HEALTH.report()
    checks = {
        name: {"status": health.status, "message": health.message}
        for name, health in report.checks.items()
    }
    body = {
        "status": report.status,
        "phase": report.phase,
        "failing": [name for name, found in report.checks.items() if found.status != Status.OK],
        "checks": checks,
        "timestamp": _now(),
    }
    return JSONResponse(body, status_code=200 if report.is_ready else 503, headers=_NOT_KEPT)


async def answer_metrics(request: Request) -> Response:
    if not may_read(request):
        return refusal()
    text = await asyncio.to_thread(metrics_text)
    return Response(text, media_type=CONTENT_TYPE, headers=_NOT_KEPT)


def may_read(request: Request) -> bool:
    """Whether this client may read what is for those who run the server."""
    settings = get_settings()
    token = settings.metrics_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token is not None and scheme.lower() == "bearer":
        wanted = token.get_secret_value().encode()
        return hmac.compare_digest(given.strip().encode("latin-1", "replace"), wanted)
    if settings.enable_auth == "false":
        return _is_on_this_machine(request)
    session = session_of(request.scope)
    return session is not None and allows(session.role, Role.ADMIN)


def refusal() -> Response:
    return JSONResponse(
        {"message": "This is for admins: sign in as one, or send METRICS_TOKEN as a bearer token."},
        status_code=401,
        headers={"www-authenticate": "Bearer", **_NOT_KEPT},
    )


def _is_on_this_machine(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _now() -> str:
    return datetime.now(UTC).isoformat()
