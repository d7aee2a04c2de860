"""The order of all middleware, in one place."""

from pathlib import Path

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from .content_security import content_security_policy
from .load import LOAD
from .middleware.connection_errors import ConnectionErrors
from .middleware.current_build import CurrentBuild
from .middleware.host_and_origin import HostAndOrigin
from .middleware.load_shedding import LoadShedding
from .middleware.proxy_headers import ProxyHeaders
from .middleware.rate_limits import RateLimits
from .middleware.request_id import RequestId
from .middleware.security_headers import SecurityHeaders
from .rate_limiter import RateLimiter
from .settings import ServingSettings

PAGES = Path(".web/build/client")
"""The built pages, in the folder of the app."""
HEALTH_PATHS = ("/api/health", "/health")
SIGN_IN_PATHS = ("/sign-in", "/set-up")
NEVER_SHED = (*HEALTH_PATHS, "/readiness", "/metrics", "/assets/")
"""Beginnings of paths."""


def protect(app: ASGIApp, settings: ServingSettings, host: str, port: int) -> ASGIApp:
    """The app behind all middleware. A request passes them from the last line here to the first:

    1. RequestId: everything below logs with the id.
    2. ProxyHeaders: everything below sees the client, scheme and host that a trusted proxy names.
    3. ConnectionErrors: what fails or vanishes below ends here, counted.
    4. SecurityHeaders: refusals have them too.
    5. HostAndOrigin, of Proto-DDF alone: requests for other hosts and of other sites end here.
    6. CORS, only if origins are given: their pages may read the answers.
    7. RateLimits: clients that ask too often end here.
    8. LoadShedding: what the server cannot do now ends here.
    9. CurrentBuild: pages learn which build the server has.
    """
    app = CurrentBuild(app, PAGES, HEALTH_PATHS)
    app = LoadShedding(app, LOAD, NEVER_SHED)
    app = RateLimits(app, RateLimiter(settings.rates), SIGN_IN_PATHS, HEALTH_PATHS)
    if settings.cors_origins:
        app = _cors(app, settings.cors_origins)
    if settings.is_own_server:
        app = HostAndOrigin(app, port, host, settings.public_url, settings.cors_origins)
    app = SecurityHeaders(app, content_security_policy(PAGES))
    app = ConnectionErrors(app)
    app = ProxyHeaders(app, settings.trusted_proxies)
    return RequestId(app)


def _cors(app: ASGIApp, origins: list[str]) -> ASGIApp:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        allow_credentials=True,
        expose_headers=["retry-after", "x-request-id", "idempotent-replayed"],
    )
