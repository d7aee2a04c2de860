"""The order of all middleware, in one place."""

import os
from pathlib import Path

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from .content_security import content_security_policy
from .handshakes import Handshakes
from .load import LOAD
from .middleware.abandoned_work import AbandonedWork
from .middleware.app_sign_in import AppSignIn
from .middleware.body_deadline import BodyDeadline
from .middleware.connection_errors import ConnectionErrors
from .middleware.current_build import CurrentBuild
from .middleware.draining import Draining
from .middleware.host_and_origin import HostAndOrigin
from .middleware.known_clients import KnownClients
from .middleware.load_shedding import LoadShedding
from .middleware.proxy_headers import ProxyHeaders
from .middleware.rate_limits import RateLimits
from .middleware.request_id import RequestId
from .middleware.response_not_read import UNREAD_SECONDS, ResponseNotRead
from .middleware.security_headers import SecurityHeaders
from .middleware.size_limits import SizeLimits
from .rate_limiter import RateLimiter
from .settings import ServingSettings
from .tickets import KEY_VARIABLE

PAGES = Path(".web/build/client")
"""The built pages, in the folder of the app."""
HEALTH_PATHS = ("/api/health", "/health")
SIGN_IN_PATHS = ("/sign-in", "/set-up")
NEVER_SHED = (*HEALTH_PATHS, "/readiness", "/metrics", "/assets/")
"""Beginnings of paths."""


def protect(
    app: ASGIApp, settings: ServingSettings, host: str, port: int, handshakes: Handshakes | None
) -> ASGIApp:
    """The app behind all middleware. A request passes them from the last line here to the first:

    1. KnownClients, with TLS alone: connections that never come here are cut.
    2. RequestId: everything below logs with the id.
    3. ProxyHeaders: everything below sees the client, scheme and host that a trusted proxy names.
    4. ConnectionErrors: what fails or vanishes below ends here, counted.
    5. SecurityHeaders: refusals have them too.
    6. ResponseNotRead: work for clients that do not read its result ends.
    7. BodyDeadline: bodies that are too slow end here.
    8. SizeLimits: what is too large ends here.
    9. Draining: no new work while the server ends.
    10. HostAndOrigin, of Proto-DDF and of apps with sign-in: requests for other hosts and of other sites end here.
    11. CORS, only if origins are given: their pages may read the answers.
    12. RateLimits: clients that ask too often end here.
    13. AbandonedWork: work that nobody waits for is stopped.
    14. LoadShedding: what the server cannot do now ends here.
    15. CurrentBuild: pages learn which build the server has.
    16. AppSignIn, of apps with sign-in: who has not signed in ends here.
    """
    sign_in = settings.sign_in
    if sign_in:
        app = AppSignIn(app, sign_in, os.environ.pop(KEY_VARIABLE), port, HEALTH_PATHS)
    app = CurrentBuild(app, PAGES, HEALTH_PATHS)
    app = LoadShedding(app, LOAD, NEVER_SHED)
    app = AbandonedWork(app)
    app = RateLimits(app, RateLimiter(settings.rates), SIGN_IN_PATHS, HEALTH_PATHS)
    if settings.cors_origins:
        app = _cors(app, settings.cors_origins)
    if settings.is_own_server or sign_in:
        app = HostAndOrigin(app, port, host, settings.public_url, settings.cors_origins)
    app = Draining(app)
    app = SizeLimits(app, settings.body_limit_mb, settings.upload_limit_mb)
    app = BodyDeadline(app, settings.request_timeout_ms / 1000)
    app = ResponseNotRead(app, UNREAD_SECONDS)
    renewing = sign_in.server.replace("{host}", "*") if sign_in else ""
    policy = content_security_policy(
        PAGES, renewing, pictures_of_the_web=settings.pictures_of_the_web
    )
    app = SecurityHeaders(app, policy)
    app = ConnectionErrors(app)
    app = ProxyHeaders(app, settings.trusted_proxies)
    app = RequestId(app)
    return KnownClients(app, handshakes) if handshakes else app


def _cors(app: ASGIApp, origins: list[str]) -> ASGIApp:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        allow_credentials=True,
        expose_headers=["retry-after", "x-request-id", "idempotent-replayed"],
    )
