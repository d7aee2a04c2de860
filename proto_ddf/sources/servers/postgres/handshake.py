"""The handshake with a PostgreSQL server before sign-in, without its driver.

The driver reports errors of this phase only as text in the server's language; here they have their SQLSTATE. The messages are those of
the PostgreSQL docs, 55.2.1 (Start-up), 55.2.11 (SSL Session Encryption) and 55.7 (Message Formats).
"""

import struct
from socket import socket

from proto_ddf.errors.drivers.psycopg import by_sqlstate
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.servers import tls
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig, Tls
from proto_ddf.sources.servers.failures import ConnectionContext
from proto_ddf.sources.servers.server import Handshake
from proto_ddf.sources.servers.tcp_probe import TcpProbe

LABEL = "PostgreSQL"
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_PROTOCOL_3 = 196608
_LONGEST = 65_536
"""Of a message before anyone signs in; a longer one is of another protocol."""
_TRIGGER = b"\r\n\r\n"
"""A web server answers to an empty request; PostgreSQL waits for more."""


def perform_handshake(
    address: Address, config: ServerConfig, seconds: float, opened: socket | None = None
) -> Handshake:
    """See `PerformHandshake`. `refused` says why PostgreSQL rejects this user."""
    context = ConnectionContext(LABEL, address, config)
    with TcpProbe(context, seconds, opened) as probe:
        try:
            encryption = _secure(probe, config)
        except IntegrationError as error:
            return _after_failure(address, config, seconds, error)
        refused = _start(probe, config)
    return Handshake(encryption, refused and explain_refusal(refused, address, config, seconds))


def _after_failure(
    address: Address, config: ServerConfig, seconds: float, error: IntegrationError
) -> Handshake:
    """Like libpq, a handshake without encryption if encryption is only preferred; otherwise raises the error, with the
    certificate's host names if they matter."""
    if error.code.startswith("tls_") and config.tls is Tls.PREFER:
        return perform_handshake(address, config.model_copy(update={"tls": Tls.OFF}), seconds)
    tls.add_names(error, ConnectionContext(LABEL, address, config), seconds, _secure)
    raise error


def _secure(probe: TcpProbe, config: ServerConfig) -> str:
    """Set up encryption; returns a description of it. Raises IntegrationError."""
    if config.tls is Tls.OFF:
        return "not encrypted"
    probe.send(_SSL_REQUEST)
    answer = probe.first_answer(_TRIGGER)
    if answer == b"S":
        return tls.encrypt(probe, config)
    if answer != b"N":
        raise _instead_of_answer(probe, answer)
    if config.tls is Tls.PREFER:
        return "not encrypted: the server does not offer it"
    raise probe.context.failure("tls_refused", "The server offers no encryption.")


def _instead_of_answer(probe: TcpProbe, answer: bytes) -> IntegrationError:
    """The error for an answer that is neither S nor N. A server that cannot start a process for a connection sends an
    ErrorResponse at once."""
    if answer[:1] != b"E" or len(answer) < 6:
        return probe.wrong_server(answer)
    (length,) = struct.unpack_from("!i", answer, 1)
    if not 4 < length <= _LONGEST:
        return probe.wrong_server(answer)
    answer += probe.receive(max(0, 1 + length - len(answer)))
    return _refused(probe.context, answer[5 : 1 + length]) or probe.wrong_server(answer)


def _start(probe: TcpProbe, config: ServerConfig) -> IntegrationError | None:
    """Send the StartupMessage with user and database; returns the server's refusal, if any. Raises IntegrationError."""
    words = ["user", config.user, "database", config.database, ""]
    body = struct.pack("!i", _PROTOCOL_3) + b"".join(word.encode() + b"\0" for word in words)
    probe.send(struct.pack("!i", len(body) + 4) + body)
    answer = probe.first_answer(_TRIGGER)
    if answer[:1] not in {b"R", b"E", b"v"}:
        raise probe.wrong_server(answer)
    answer += probe.receive(max(0, 5 - len(answer)))
    (length,) = struct.unpack_from("!i", answer, 1)
    if not 4 < length <= _LONGEST:
        raise probe.wrong_server(answer)
    answer += probe.receive(max(0, 1 + length - len(answer)))
    if answer[:1] != b"E":
        return None
    refused = _refused(probe.context, answer[5 : 1 + length])
    if refused is None:
        raise probe.wrong_server(answer)
    return refused


def _refused(context: ConnectionContext, fields: bytes) -> IntegrationError | None:
    """An ErrorResponse as an error; None if it is malformed (55.8, Error and Notice Message Fields)."""
    known = {part[:1]: part[1:].decode("utf-8", "replace") for part in fields.split(b"\0") if part}
    if b"C" not in known or b"M" not in known:
        return None
    finding = by_sqlstate(known[b"C"], known[b"M"])
    return context.failure(
        finding.code if finding else "integration_error",
        known[b"M"],
        **{"reason": known[b"M"], **(finding.context if finding else {})},
    )


def explain_refusal(
    refused: IntegrationError, address: Address, config: ServerConfig, seconds: float
) -> IntegrationError:
    """`tls_required` where the user may sign in with encryption only; otherwise the same error."""
    if refused.code != "login_not_allowed" or config.tls is not Tls.OFF:
        return refused
    try:
        encrypted = perform_handshake(
            address, config.model_copy(update={"tls": Tls.REQUIRE}), seconds
        )
    except IntegrationError:
        return refused
    if encrypted.refused:
        return refused
    context = ConnectionContext(LABEL, address, config)
    return context.failure("tls_required", refused.message)
