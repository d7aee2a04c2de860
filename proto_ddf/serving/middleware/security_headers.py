"""Adds the headers to every response that tell browsers what its page may do."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .base import Middleware

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""There is no Strict-Transport-Security among them: it would hold for every port of the host, so that apps without TLS
could not be reached any more. A proxy with a host name of its own may add it."""


class SecurityHeaders(Middleware):
    """A response may have a stricter content security policy of its own: browsers enforce both. Its own value of another
    header holds in place of the general one."""

    def __init__(self, app: ASGIApp, content_security_policy: str) -> None:
        super().__init__(app)
        self._policy = content_security_policy

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.append("content-security-policy", self._policy)
            await send(message)

        await self._app(scope, receive, send_with_headers)
