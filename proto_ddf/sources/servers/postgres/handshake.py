"""What a PostgreSQL server says before anyone signs in, read off the wire.

Drivers put such errors into words of the server's language; here they have their SQLSTATE. The messages are those of
the PostgreSQL docs, 55.2.1 (Start-up), 55.2.11 (SSL Session Encryption) and 55.7 (Message Formats).
"""

import struct

from proto_ddf.errors.drivers.psycopg import by_sqlstate
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.servers import tls
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig, Tls
from proto_ddf.sources.servers.failures import About
from proto_ddf.sources.servers.server import Greeting
from proto_ddf.sources.servers.tcp_probe import Wire

LABEL = "PostgreSQL"
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_PROTOCOL_3 = 196608
_LONGEST = 65_536
"""Of a message before anyone signs in; a longer one is of another protocol."""
_PROVOCATION = b"\r\n\r\n"
"""A web server answers to an empty request; PostgreSQL waits for more."""


def greet(address: Address, config: ServerConfig, seconds: float) -> Greeting:
    """See `Server.greet`. What PostgreSQL has against this user is in `refused`."""
    about = About(LABEL, address, config)
    with Wire(about, seconds) as wire:
        try:
            encryption = _secure(wire, config)
        except IntegrationError as error:
            return _second_look(address, config, seconds, error)
        refused = _start(wire, config)
    return Greeting(encryption, refused and explained(refused, address, config, seconds))


def _second_look(
    address: Address, config: ServerConfig, seconds: float, error: IntegrationError
) -> Greeting:
    """As libpq does: without encryption where that is all the same. Else why it failed, with all that is known."""
    if error.code.startswith("tls_") and config.tls is Tls.PREFER:
        return greet(address, config.model_copy(update={"tls": Tls.OFF}), seconds)
    tls.add_names(error, About(LABEL, address, config), seconds, _secure)
    raise error


def _secure(wire: Wire, config: ServerConfig) -> str:
    """Agree on encryption; returns how, in words. Raises IntegrationError."""
    if config.tls is Tls.OFF:
        return "not encrypted"
    wire.send(_SSL_REQUEST)
    answer = wire.first_answer(_PROVOCATION)
    if answer == b"S":
        return tls.encrypt(wire, config)
    if answer != b"N":
        raise _instead_of_answer(wire, answer)
    if config.tls is Tls.PREFER:
        return "not encrypted: the server does not offer it"
    raise wire.about.failure("tls_refused", "The server offers no encryption.")


def _instead_of_answer(wire: Wire, answer: bytes) -> IntegrationError:
    """A server that cannot start a process for a connection says so at once."""
    if answer[:1] != b"E" or len(answer) < 6:
        return wire.wrong_server(answer)
    (length,) = struct.unpack_from("!i", answer, 1)
    if not 4 < length <= _LONGEST:
        return wire.wrong_server(answer)
    answer += wire.receive(max(0, 1 + length - len(answer)))
    return _refused(wire.about, answer[5 : 1 + length]) or wire.wrong_server(answer)


def _start(wire: Wire, config: ServerConfig) -> IntegrationError | None:
    """Name the user and the database; returns what the server has against them. Raises IntegrationError."""
    words = ["user", config.user, "database", config.database, ""]
    body = struct.pack("!i", _PROTOCOL_3) + b"".join(word.encode() + b"\0" for word in words)
    wire.send(struct.pack("!i", len(body) + 4) + body)
    answer = wire.first_answer(_PROVOCATION)
    if answer[:1] not in {b"R", b"E", b"v"}:
        raise wire.wrong_server(answer)
    answer += wire.receive(max(0, 5 - len(answer)))
    (length,) = struct.unpack_from("!i", answer, 1)
    if not 4 < length <= _LONGEST:
        raise wire.wrong_server(answer)
    answer += wire.receive(max(0, 1 + length - len(answer)))
    if answer[:1] != b"E":
        return None
    refused = _refused(wire.about, answer[5 : 1 + length])
    if refused is None:
        raise wire.wrong_server(answer)
    return refused


def _refused(about: About, fields: bytes) -> IntegrationError | None:
    """An ErrorResponse as an error; None if it is none (55.8, Error and Notice Message Fields)."""
    known = {part[:1]: part[1:].decode("utf-8", "replace") for part in fields.split(b"\0") if part}
    if b"C" not in known or b"M" not in known:
        return None
    finding = by_sqlstate(known[b"C"], known[b"M"])
    return about.failure(
        finding.code if finding else "integration_error",
        known[b"M"],
        **{"reason": known[b"M"], **(finding.context if finding else {})},
    )


def explained(
    refused: IntegrationError, address: Address, config: ServerConfig, seconds: float
) -> IntegrationError:
    """Where a user may not sign in unencrypted, but may encrypted, that is what is wrong."""
    if refused.code != "login_not_allowed" or config.tls is not Tls.OFF:
        return refused
    try:
        encrypted = greet(address, config.model_copy(update={"tls": Tls.REQUIRE}), seconds)
    except IntegrationError:
        return refused
    if encrypted.refused:
        return refused
    about = About(LABEL, address, config)
    return about.failure("tls_required", refused.message)
