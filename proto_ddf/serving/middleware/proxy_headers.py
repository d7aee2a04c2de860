"""Believes what a proxy in front of the server says of its client, and nobody else."""

import ipaddress
from collections.abc import Iterable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from ..hosts import parse_host
from .base import Middleware

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FOR, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
_ALL = frozenset({FOR, PROTO, HOST, b"x-forwarded-port", b"forwarded"})
_WEBSOCKET_SCHEMES = {"http": "ws", "https": "wss"}


class ProxyHeaders(Middleware):
    """Takes the client's address, the scheme and the host from X-Forwarded-For, -Proto and -Host if the connection comes
    from one of the networks `trusted`. The headers are removed in any case: nothing below reads what anybody can
    write.

    Each proxy appends to a header, so that only what trusted proxies appended counts: of the addresses the last one that
    is not a trusted proxy's, of the other two the last value.
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[str] = ()) -> None:
        super().__init__(app)
        self._trusted: Sequence[Network] = [ipaddress.ip_network(each) for each in trusted]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if any(name in _ALL for name, _ in headers):
            scope = {**scope, "headers": [each for each in headers if each[0] not in _ALL]}
            client = scope.get("client")
            if client and self._is_trusted(client[0]):
                self._take(scope, headers)
        await self._app(scope, receive, send)

    def _take(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> None:
        client = self._client(_values(headers, FOR))
        if client is not None:
            scope["client"] = (client, 0)
        scheme = next(iter(_values(headers, PROTO)[-1:]), "").lower()
        if scheme in _WEBSOCKET_SCHEMES:
            is_websocket = scope["type"] == "websocket"
            scope["scheme"] = _WEBSOCKET_SCHEMES[scheme] if is_websocket else scheme
        host = next(iter(_values(headers, HOST)[-1:]), "")
        if parse_host(host, "http") is not None:
            others = [each for each in scope["headers"] if each[0] != b"host"]
            scope["headers"] = [(b"host", host.encode()), *others]

    def _client(self, addresses: list[str]) -> str | None:
        """The address of the client; None if no proxy named one. What is no address ends the search, because it was not
        written by a proxy."""
        found = None
        for text in reversed(addresses):
            address = _address(text)
            if address is None:
                break
            found = str(address)
            if not self._is_trusted(found):
                break
        return found

    def _is_trusted(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._trusted)


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """Of all headers of that name, in their order."""
    texts = [value.decode("latin-1") for given, value in headers if given == name]
    return [each.strip() for each in ",".join(texts).split(",") if each.strip()]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
