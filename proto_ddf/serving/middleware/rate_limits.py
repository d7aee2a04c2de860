"""Refuses clients that send more requests, open more websockets or try to sign in more often than any person would."""

import math
from collections.abc import Iterable
from hashlib import blake2b

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..rate_limiter import Exceeded, RateLimiter, network_of
from ..refusal import refuse
from .base import Middleware


class RateLimits(Middleware):
    """Counts per session, which is known by the cookies that a browser sends, and per address: whoever invents cookies is
    still counted by the address.

    Requests for the paths `exempt` are not counted, which are cheap and are asked for to see whether the server answers. POST
    requests for the paths `sign_in` are also counted as attempts to sign in.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: RateLimiter,
        sign_in: Iterable[str] = (),
        exempt: Iterable[str] = (),
    ) -> None:
        super().__init__(app)
        self._limiter = limiter
        self._sign_in = frozenset(sign_in)
        self._exempt = frozenset(exempt)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        exceeded = None if scope["path"] in self._exempt else await self._count(scope)
        if exceeded is None:
            await self._app(scope, receive, send)
            return
        seconds = str(math.ceil(exceeded.seconds) or 1)
        await refuse(
            scope,
            receive,
            send,
            status=429,
            text=f"Too many requests. Try again in {seconds} seconds.",
            reason="rate_limit",
            headers=[
                (b"retry-after", seconds.encode()),
                (b"x-ratelimit-limit", str(exceeded.amount).encode()),
                (b"x-ratelimit-remaining", b"0"),
                (b"x-ratelimit-reset", seconds.encode()),
            ],
        )

    async def _count(self, scope: Scope) -> Exceeded | None:
        address = network_of(scope["client"][0]) if scope.get("client") else ""
        kind = "websockets" if scope["type"] == "websocket" else "requests"
        if self._is_sign_in(scope) and (
            found := await self._limiter.hit("sign_ins_per_address", address)
        ):
            return found
        if found := await self._limiter.hit(f"{kind}_per_address", address):
            return found
        session = _session(scope)
        return await self._limiter.hit(f"{kind}_per_session", session) if session else None

    def _is_sign_in(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._sign_in
        )


def _session(scope: Scope) -> str:
    """A key of a fixed length, whatever the cookies are; "" without any."""
    cookies = Headers(scope=scope).get("cookie", "")
    return blake2b(cookies.encode("latin-1"), digest_size=12).hexdigest() if cookies else ""
