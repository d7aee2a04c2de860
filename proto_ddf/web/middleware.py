"""Middleware that admits only requests of pages that this server served, under a loopback name. Pure ASGI.

There is no sign-in yet, so anyone who reaches the server could control it. The check of the Host header prevents DNS
rebinding, the check of Origin prevents requests from pages of other sites, and the response headers prevent framing
and content sniffing.
"""

import ipaddress
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONTENT_SECURITY = "; ".join(
    (
        "default-src 'self'",
        # Reflex's pages start with inline scripts, and its events may contain code to evaluate.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
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
    "cross-origin-opener-policy": "same-origin",
}


def guard(port: int) -> Callable[[ASGIApp], ASGIApp]:
    """A transformer for `rx.App(api_transformer=...)`; `port` is the server's port."""
    return lambda app: LoopbackGuard(app, port)


class LoopbackGuard:
    """Refuses requests that do not come from this server's own pages, and adds security headers to all responses."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(headers, is_websocket=scope["type"] == "websocket")
        if refusal is None:
            await self._app(scope, receive, _with_security_headers(send))
        elif scope["type"] == "websocket":
            await receive()  # websocket.connect; a close before accepting answers 403
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        else:
            status, text = refusal
            response = PlainTextResponse(text + "\n", status_code=status)
            await response(scope, receive, _with_security_headers(send))

    def _refusal(self, headers: Headers, *, is_websocket: bool) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not is_own_host(host, self._port):
            return 400, "Proto-DDF answers only to localhost, 127.0.0.1 and [::1], on its own port."
        origin = headers.get("origin")
        if origin is None:
            return (403, "An Origin header is needed.") if is_websocket else None
        if origin.lower() != f"http://{host.lower()}":
            return 403, "This request came from a page of another site."
        return None


def is_own_host(host: str, port: int) -> bool:
    """Whether a Host header has a loopback name or address, and the port of this server."""
    name, colon, given_port = host.rpartition(":")
    if not colon or name.endswith(":"):  # no port, or the colons of a bare IPv6 address
        name, given_port = host, "80"
    if given_port != str(port):
        return False
    if name.lower() == "localhost":
        return True
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _with_security_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
