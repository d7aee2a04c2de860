"""Looks up the addresses of a host and checks whether Proto-DDF may connect to them.

Without the check, anyone who fills in the form could make this machine connect to services that only it can reach
(server-side request forgery): the metadata service of a cloud gives out keys, and Proto-DDF's own port acts for its user.
So a name is looked up once, its addresses are checked, and connections go to the addresses that were checked.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import psutil
from sqlmodel import select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import PortReservation
from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.settings import get_settings

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str], Sequence[str]]
"""host -> its addresses as text, best first. Raises socket.gaierror, UnicodeError or ValueError."""

_METADATA_NAMES = frozenset(
    {"metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"}
)
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # most clouds; link-local anyway
        "fd00:ec2::254",  # Amazon
        "fd00:ec2::23",  # Amazon, to containers
        "fd20:ce::254",  # Google
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "168.63.129.16",  # Azure
    )
)
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
_TRANSLATED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",  # RFC 6052
        "64:ff9b:1::/48",  # RFC 8215
        "::ffff:0:0:0/96",  # RFC 2765
    )
)
_COMPATIBLE = ipaddress.ip_network("::/96")


@dataclass(frozen=True)
class Address:
    """An address that may be connected to."""

    host: str
    """The name or address in the form; certificates are checked against it."""
    ip: str
    port: int

    @property
    def loopback(self) -> bool:
        return ipaddress.ip_address(self.ip).is_loopback


def look_up(host: str) -> Sequence[str]:
    """The addresses of a host by the system's resolver. Raises socket.gaierror, UnicodeError or ValueError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(
    host: str, port: int, seconds: float, *, look_up: Resolver = look_up
) -> tuple[Address, ...]:
    """The addresses of a host, all of them allowed; the look-up takes at most `seconds`.

    Raises:
        ValidationError: `host_not_allowed` (also if only one of several addresses is not allowed), `own_port`.
        IntegrationError: `host_unknown`, `host_lookup_failed`.
    """
    host = _bare(host)
    if "/" in host and "://" not in host:
        raise _refused(host, "a path of a socket is no host")
    if host.lower().rstrip(".") in _METADATA_NAMES:
        raise _refused(host, "it is the metadata service of a cloud")
    addresses = _looked_up(host, port, seconds, look_up)
    for ip in addresses:
        _check(host, ip)
    if port in _own_ports() and any(_is_this_machine(ip) for ip in addresses):
        raise ValidationError(
            f"Port {port} is Proto-DDF's own.", "port", port, code="own_port", host=host, port=port
        )
    return tuple(Address(host, str(ip), port) for ip in addresses)


def _bare(host: str) -> str:
    """An IPv6 address without the brackets of URLs."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _looked_up(host: str, port: int, seconds: float, look_up: Resolver) -> list[IpAddress]:
    try:
        texts = _within(seconds, partial(look_up, host))
        # Without the zone ("%eth0"), which only link-local addresses need: addresses with a zone never compare equal.
        return [ipaddress.ip_address(text.partition("%")[0]) for text in texts]
    except TimeoutError as error:
        reason = f"the name service gave no answer within {seconds:.3g} s"
        raise _unknown("host_lookup_failed", host, port, reason) from error
    except socket.gaierror as error:
        passing = error.errno in {socket.EAI_AGAIN, socket.EAI_SYSTEM, socket.EAI_MEMORY}
        code = "host_lookup_failed" if passing else "host_unknown"
        raise _unknown(code, host, port, _pasted(host)) from error
    except (UnicodeError, ValueError) as error:  # not a possible host name
        raise _unknown("host_unknown", host, port, _pasted(host)) from error


def _within(seconds: float, call: Callable[[], Sequence[str]]) -> Sequence[str]:
    """The result of a call that cannot be interrupted: after `seconds` it is left to run in its thread.

    Raises TimeoutError, or what the call raises.
    """
    results: list[Sequence[str]] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError
    return results[0]


def _pasted(host: str) -> str:
    """A hint if the text looks like more than a host name; else empty."""
    if "://" in host or "@" in host:
        return "give the name of the machine alone, without the rest of the URL"
    name, _, port = host.rpartition(":")
    if name and port.isdecimal():
        return "the port belongs into its own field"
    if any(mark in host for mark in ", ;"):
        return "give one name, without blanks or commas"
    return ""


def _check(host: str, ip: IpAddress) -> None:
    """Raises ValidationError, `host_not_allowed`."""
    embedded: Sequence[IpAddress] = _embedded(ip)
    for each in (ip, *embedded):
        if reason := _reason(each):
            raise _refused(host, reason)
    reached = embedded or [ip]
    if not get_settings().allow_private_hosts and not all(each.is_global for each in reached):
        raise _refused(
            host,
            "its address is one of this machine or of a private network",
            remark="ALLOW_PRIVATE_HOSTS=true allows those of this machine and of private networks.",
        )


def _reason(ip: IpAddress) -> str:
    """Why connections to the address are not allowed; empty if they are."""
    if ip in _METADATA:
        return "it is the metadata service of a cloud"
    if ip.is_link_local:
        return "its address is link-local"
    if ip.is_unspecified or ip in _THIS_NETWORK:
        return "its address stands for no machine"
    if ip.is_multicast:
        return "its address stands for many machines"
    if isinstance(ip, ipaddress.IPv4Address) and ip.is_reserved:
        return "its address is reserved"
    return ""


def _embedded(ip: IpAddress) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that packets to an IPv6 address may be forwarded to."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found: list[ipaddress.IPv4Address | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    compatible = ip in _COMPATIBLE and not ip.is_loopback and not ip.is_unspecified
    if compatible or any(ip in network for network in _TRANSLATED):
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _is_this_machine(ip: IpAddress) -> bool:
    plain = next(iter(_embedded(ip)), ip)
    if plain.is_loopback:
        return True
    own = (entry.address for entries in psutil.net_if_addrs().values() for entry in entries)
    return str(plain) in {address.partition("%")[0] for address in own}


def _own_ports() -> set[int]:
    """The ports of Proto-DDF and its apps, reserved ones included."""
    with session() as db:
        reserved = db.exec(select(PortReservation)).all()
    return {get_settings().port, *(p for each in reserved for p in (each.frontend, each.backend))}


def _refused(host: str, reason: str, *, remark: str = "") -> ValidationError:
    return ValidationError(
        f"{host} is not connected to: {reason}.",
        "host",
        host,
        code="host_not_allowed",
        host=host,
        reason=reason,
        remark=remark,
    )


def _unknown(code: str, host: str, port: int, reason: str) -> IntegrationError:
    return IntegrationError(
        f"The address of {host} could not be looked up.",
        host,
        "look up",
        code=code,
        host=host,
        port=port,
        reason=reason,
    )
