"""Host names and origins as browsers write them.

See https://datatracker.ietf.org/doc/html/rfc9110#section-7.2 and https://fetch.spec.whatwg.org/#origin-header.
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

_HOST = re.compile(
    r"(?P<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Host(NamedTuple):
    """What a Host header names."""

    name: str
    """In lower case, an IPv6 address without brackets."""
    port: int

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """None if the host has a name."""
        try:
            return ipaddress.ip_address(self.name)
        except ValueError:
            return None

    @property
    def in_address(self) -> str:
        """The name as addresses have it."""
        return f"[{self.name}]" if ":" in self.name else self.name

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.name)


def is_loopback(name: str) -> bool:
    """Whether a name, or an address without brackets, is that of this machine for itself."""
    address = Host(name, 0).address
    return name == "localhost" if address is None else address.is_loopback


def reached_at(bound: str) -> str:
    """The address at which this machine reaches a server that listens on `bound`: who listens on all addresses has none of
    its own."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, bound)  # noqa: S104


def parse_host(text: str, scheme: str) -> Host | None:
    """The host of a Host header; without a port it has the default one of the scheme, "http" or "https". None if the
    text is no host."""
    match = _HOST.fullmatch(text.lower())
    if match is None:
        return None
    port = int(match["port"]) if match["port"] else _DEFAULT_PORTS[scheme]
    if port > 65_535:
        return None
    name = match["name"]
    if not name.startswith("["):
        return Host(name, port)
    try:
        return Host(str(ipaddress.IPv6Address(name[1:-1])), port)
    except ValueError:
        return None


def origin_of(url: str) -> str | None:
    """The origin of an address that starts with http:// or https://, as browsers write it: in lower case and without the
    default port of the scheme. None if the text is no such address."""
    try:
        parts = urlsplit(url.lower())
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc:
        return None
    host = parse_host(parts.netloc, parts.scheme)
    return None if host is None else origin(parts.scheme, host)


def origin(scheme: str, host: Host) -> str:
    port = "" if host.port == _DEFAULT_PORTS[scheme] else f":{host.port}"
    return f"{scheme}://{host.in_address}{port}"


def own_origins(bound: str, port: int, public_url: str | None = None) -> list[str]:
    """The addresses at which browsers may open a server that listens at `bound`."""
    names = dict.fromkeys(("127.0.0.1", "localhost", "::1", bound))
    found = [origin(scheme, Host(name, port)) for scheme in _DEFAULT_PORTS for name in names]
    return [*found, public_url] if public_url else found


def own_address(wanted: str) -> str:
    """An address of this server to go to, a path; the first page in place of any other."""
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_own and wanted.isprintable() and wanted.isascii() else "/"
