"""Access control: only browsers at one of this app's own addresses, and only pages of this app.

The Host header holds the name that the browser looked up. A foreign name that was pointed at this machine (DNS
rebinding) is refused. The Origin header holds the site of the page that sends the request. A page of another site is
refused, also when it opens a websocket, which browsers allow. See https://fetch.spec.whatwg.org/#origin-header and
https://datatracker.ietf.org/doc/html/rfc6455#section-10.2.
"""

import ipaddress
import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .config import SHOWS_PICTURES_OF_THE_WEB
from .environment import setting
from .sign_in import SIGN_IN_AT

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_CONTENT_SECURITY = "; ".join(
    (
        "default-src 'self'",
        # Reflex's pages start from inline scripts, and its events may contain code to evaluate.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:" + " https: http:" * SHOWS_PICTURES_OF_THE_WEB,
        "font-src 'self' data:",
        f"connect-src 'self' {SIGN_IN_AT}".strip(),
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "content-security-policy": _CONTENT_SECURITY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}


def allowed_hosts() -> list[str]:
    """The setting ALLOWED_HOSTS: host names separated by commas, each with its port if browsers show one.

    Raises ValueError if an entry is not a host name.
    """
    hosts = [each.strip().lower() for each in setting("ALLOWED_HOSTS", "").split(",")]
    for host in filter(None, hosts):
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"ALLOWED_HOSTS: {host!r} is not a host name like example.org or example.org:8443"
            )
    return [host for host in hosts if host]


def origins(port: int) -> list[str]:
    """The addresses at which browsers may open this app; `port` is the port of its pages."""
    found = [_origin("http", host, str(port)) for host in LOOPBACK]
    for name, given in map(_split, allowed_hosts()):
        if given:
            found += [_origin(scheme, name, given) for scheme in _DEFAULT_PORTS]
        else:
            found += [f"http://{name}", f"https://{name}", _origin("http", name, str(port))]
    return list(dict.fromkeys(found))


def guard_access(port: int) -> Callable[[ASGIApp], ASGIApp]:
    """A transformer for `rx.App(api_transformer=...)`; `port` is the port of the app's pages."""
    names = {name for name, _ in map(_split, allowed_hosts())}
    return lambda app: Guard(app, names, set(origins(port)))


class Guard:
    """Refuses requests from other hosts and sites, and adds security headers to every response. Pure ASGI."""

    def __init__(self, app: ASGIApp, names: set[str], origins: set[str]) -> None:
        self._app = app
        self._names = names
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        is_websocket = scope["type"] == "websocket"
        refusal = self._refusal(Headers(scope=scope), is_websocket=is_websocket)
        if refusal is None:
            await self._app(scope, receive, _with_security_headers(send))
        elif is_websocket:
            await receive()  # websocket.connect; closing before accepting gives status 403
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        else:
            response = PlainTextResponse(refusal[1] + "\n", status_code=refusal[0])
            await response(scope, receive, _with_security_headers(send))

    def _refusal(self, headers: Headers, *, is_websocket: bool) -> tuple[int, str] | None:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_own_host(hosts[0].lower()):
            return (
                400,
                "This app does not accept this host name. The setting ALLOWED_HOSTS lists the names that it accepts.",
            )
        if is_websocket and not origins:
            return 403, "An Origin header is required."
        if any(origin.lower() not in self._origins for origin in origins):
            return (
                403,
                "This request came from a page at an address that is not listed in ALLOWED_HOSTS.",
            )
        return None

    def _is_own_host(self, host: str) -> bool:
        """Whether a Host header names this machine, or a host of ALLOWED_HOSTS. The port is not compared, because a
        proxy may have removed or changed it; the Origin header has it."""
        if not _HOST.fullmatch(host):
            return False
        name, _ = _split(host)
        if name == "localhost" or name in self._names:
            return True
        try:
            return ipaddress.ip_address(name.strip("[]")).is_loopback
        except ValueError:
            return False


def _split(host: str) -> tuple[str, str]:
    """The name and the port ("" if there is none) of a host that matches _HOST."""
    match = _HOST.fullmatch(host)
    assert match is not None
    return match[1], match[2] or ""


def _origin(scheme: str, name: str, port: str) -> str:
    """The origin as browsers write it: without the default port of the scheme."""
    return f"{scheme}://{name}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{name}:{port}"


def _with_security_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
