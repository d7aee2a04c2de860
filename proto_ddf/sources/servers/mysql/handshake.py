"""The handshake with a MySQL or MariaDB server before sign-in, without its driver.

MySQL Internals, "Connection Phase": the server sends its initial handshake packet, or an ERR packet; encryption begins
after the client's short SSLRequest. A handshake without a sign-in counts against `max_connect_errors` of this host
until the next sign-in, so only a connection test makes one.
"""

import struct
from socket import socket

from proto_ddf.errors.drivers.pymysql import by_number
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.servers import tls
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig, Tls
from proto_ddf.sources.servers.failures import ConnectionContext
from proto_ddf.sources.servers.server import Handshake
from proto_ddf.sources.servers.tcp_probe import TcpProbe

LABEL = "MySQL or MariaDB"
_SSL = 0x0800
_PROTOCOL_41 = 0x0200
_SECURE_CONNECTION = 0x8000
_UTF8MB4 = 45
_LONGEST = 65_536
_HANDSHAKE, _ERR = 0x0A, 0xFF
_TRIGGER = struct.pack("!ii", 8, 80877103)
"""PostgreSQL's SSLRequest: it answers to that, and a web server to anything that is not HTTP."""


def perform_handshake(
    address: Address, config: ServerConfig, seconds: float, opened: socket | None = None
) -> Handshake:
    """See `PerformHandshake`."""
    context = ConnectionContext(LABEL, address, config)
    with TcpProbe(context, seconds, opened) as probe:
        try:
            return Handshake(_secure(probe, config))
        except IntegrationError as error:
            tls.add_names(error, context, seconds, _secure)
            raise


def _secure(probe: TcpProbe, config: ServerConfig) -> str:
    """Read the initial handshake and set up encryption; returns a description of it. Raises IntegrationError."""
    capabilities = _read_initial_handshake(probe)
    if config.tls is Tls.OFF:
        return "not encrypted"
    if capabilities & _SSL:
        probe.send(_ssl_request())
        return tls.encrypt(probe, config)
    if config.tls is Tls.PREFER:
        return "not encrypted: the server does not offer it"
    raise probe.context.failure("tls_refused", "The server offers no encryption.")


def _read_initial_handshake(probe: TcpProbe) -> int:
    """The server's capabilities.

    Raises IntegrationError: `wrong_server`, what an ERR packet says, or as `tcp_probe.connection_error`."""
    data = probe.first_answer(_TRIGGER)
    data += probe.receive(max(0, 5 - len(data)))
    length, sequence = int.from_bytes(data[:3], "little"), data[3]
    if sequence or not 4 < length <= _LONGEST or data[4] not in {_HANDSHAKE, _ERR}:
        raise probe.wrong_server(data)
    data += probe.receive(max(0, 4 + length - len(data)))
    payload = data[4 : 4 + length]
    if payload[0] == _ERR:
        raise _refused(probe.context, payload)
    capabilities = _capabilities(payload)
    if capabilities is None:
        raise probe.wrong_server(data)
    return capabilities


def _capabilities(packet: bytes) -> int | None:
    """Of Protocol::HandshakeV10: protocol (1), version, zero, connection id (4), salt (8), filler (1), capabilities low
    (2), character set (1), status (2), capabilities high (2). None if the packet is malformed."""
    _, zero, rest = packet[1:].partition(b"\0")
    if not zero or len(rest) < 20:
        return None
    low, high = struct.unpack_from("<H3xH", rest, 13)
    return int(low | high << 16)


def _ssl_request() -> bytes:
    """Protocol::SSLRequest: capabilities, longest packet, character set, filler."""
    wanted = _SSL | _PROTOCOL_41 | _SECURE_CONNECTION
    body = struct.pack("<IIB23x", wanted, 1 << 24, _UTF8MB4)
    return len(body).to_bytes(3, "little") + b"\1" + body


def _refused(context: ConnectionContext, payload: bytes) -> IntegrationError:
    """An ERR packet: number (2), then "#" and an SQLSTATE (5) or nothing, then a text."""
    number = int.from_bytes(payload[1:3], "little")
    text = payload[9:] if payload[3:4] == b"#" else payload[3:]
    words = text.decode("utf-8", "replace")
    finding = by_number(number, words)
    return context.failure(
        finding.code if finding else "integration_error",
        words,
        **{"reason": words, **(finding.context if finding else {})},
    )
