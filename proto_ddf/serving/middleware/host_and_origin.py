"""Admits only requests that name this server, from pages that it served.

The Host header holds the name that the browser looked up: a foreign name that was pointed at this machine (DNS
rebinding) is refused. The Origin header holds the site of the page that sends the request: a page of another site is
refused, also when it opens a websocket, which browsers allow.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..hosts import Host, origin, origin_of, parse_host
from ..refusal import refuse
from .base import Middleware

_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


class HostAndOrigin(Middleware):
    """Refuses requests for other hosts and of other sites' pages.

    Its own hosts are this machine's loopback names and the address `bound` on its `port`, and `public_url`. Pages at the
    origins `others` may call its routes, but open no websocket.
    """

    def __init__(
        self,
        app: ASGIApp,
        port: int,
        bound: str = "127.0.0.1",
        public_url: str = "",
        others: Iterable[str] = (),
    ) -> None:
        super().__init__(app)
        self._port = port
        self._bound = bound
        self._public_origin = origin_of(public_url)
        self._public_host = _public_host(public_url)
        self._others = frozenset(others)
        self._wrong_host = (
            "This server answers only to localhost, 127.0.0.1 and [::1], on its own port"
            + (f", and to {self._public_origin}." if self._public_origin else ".")
        )

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        status, text, reason = refusal
        await refuse(scope, receive, send, status=status, text=text, reason=reason)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        headers = Headers(scope=scope)
        scheme = _SCHEMES[scope["scheme"]]
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        host = parse_host(hosts[0], scheme) if len(hosts) == 1 else None
        if host is None or not self._is_own(host):
            return 400, self._wrong_host, "host"
        if scope["type"] == "websocket" and not origins:
            return 403, "An Origin header is needed.", "origin"
        allowed: set[str | None] = {origin(scheme, host), self._public_origin}
        if scope["type"] == "http":
            allowed |= self._others
        if any(each.lower() not in allowed for each in origins):
            return 403, "This request came from a page of another site.", "origin"
        return None

    def _is_own(self, host: Host) -> bool:
        if host == self._public_host:
            return True
        return host.port == self._port and (host.is_loopback or host.name == self._bound)


def _public_host(url: str) -> Host | None:
    address = origin_of(url)
    if address is None:
        return None
    parts = urlsplit(address)
    return parse_host(parts.netloc, parts.scheme)
