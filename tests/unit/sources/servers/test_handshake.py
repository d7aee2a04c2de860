"""What servers say before anyone signs in: made-up ones, that say what real ones seldom do."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.errors import CATALOGUE, classify
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import Tls
from proto_ddf.sources.servers.mysql.server import MYSQL
from proto_ddf.sources.servers.postgres import session as postgres_session
from proto_ddf.sources.servers.postgres.server import POSTGRES
from proto_ddf.sources.servers.server import Handshake, Server, Session
from tests.servers import peers

SECONDS = 5.0
IMPATIENT = 0.2
"""Where a peer may wait for more than it is told."""
Script = list[bytes]
"""What a peer says to the first request, to the second, ..., before it hangs up."""


def follow(script: Script, speaks_first: bool, connection: socket.socket) -> None:
    if not speaks_first:
        connection.recv(4096)
    for number, words in enumerate(script):
        if number:
            connection.recv(4096)
        connection.sendall(words)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


@contextmanager
def peer(server: Server, script: Script) -> Iterator[Address]:
    with peers.listener(partial(follow, script, server is MYSQL)) as port:
        yield Address("127.0.0.1", "127.0.0.1", port)


def perform_handshake(
    server: Server, script: Script, tls: Tls = Tls.PREFER, seconds: float = SECONDS
) -> Handshake:
    with peer(server, script) as address:
        config = server.config_model(
            host="127.0.0.1", port=address.port, database="shop", user="ann", tls=tls
        )
        return server.perform_handshake(address, config, seconds)


def refusal(server: Server, script: Script, tls: Tls = Tls.PREFER) -> ProtoDDFError:
    with pytest.raises(ProtoDDFError) as raised:
        perform_handshake(server, script, tls)
    return raised.value


def signing_in(
    server: Server, script: Script, seconds: float, tls: Tls, password: str = "not-a-secret"
) -> ProtoDDFError:
    """Why the driver could not sign in."""
    with peer(server, script) as address:
        config = server.config_model(
            host="127.0.0.1", port=address.port, database="shop", user="ann", tls=tls
        )
        session = Session(connect_seconds=seconds, read_seconds=seconds)
        with pytest.raises(ProtoDDFError) as raised:
            server.open(address, config, password, session)
    return raised.value


def error_response(**fields: str) -> bytes:
    body = b"".join(key.encode() + text.encode() + b"\0" for key, text in fields.items()) + b"\0"
    return b"E" + struct.pack("!i", len(body) + 4) + body


def packet(payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + b"\0" + payload


def handshake_packet(capabilities: int = 0xF7FF, version: bytes = b"8.4.0") -> bytes:
    low, high = capabilities & 0xFFFF, capabilities >> 16
    rest = struct.pack("<I8sBHBHH", 7, b"12345678", 0, low, 45, 2, high)
    return packet(b"\x0a" + version + b"\0" + rest + b"\x15" + bytes(10) + b"123456789012\0")


ASKS_FOR_PASSWORD = b"R" + struct.pack("!ii", 8, 3)
LETS_IN = b"R" + struct.pack("!ii", 8, 0)
NO_SSL = 0xF7FF


# PostgreSQL


@pytest.mark.parametrize(
    ("sqlstate", "message", "code", "retryable"),
    [
        ("28000", "kein Eintrag in pg_hba.conf", "login_not_allowed", False),
        ("53300", "sorry, zu viele Clients", "too_many_connections", True),
        ("57P03", "Datenbanksystem startet", "server_starting", True),
        ("57P03", "the database system is shutting down", "server_stopping", True),
        ("3D000", "Datenbank gibt es nicht", "database_unknown", False),
        ("08P01", "unsupported startup parameter", "integration_error", False),
        ("XX000", "Cache lookup failed", "integration_error", False),
    ],
)
def test_postgresql_refuses_in_any_language(
    sqlstate: str, message: str, code: str, retryable: bool
) -> None:
    answer = error_response(S="FATAL", V="FATAL", C=sqlstate, M=message)
    found = perform_handshake(POSTGRES, [b"N", answer])
    assert found.refused is not None
    told = classify(found.refused)
    assert (told.code, told.retryable) == (code, retryable)
    assert found.encryption.startswith("not encrypted")


def test_postgresql_asks_for_a_password() -> None:
    assert perform_handshake(POSTGRES, [b"N", ASKS_FOR_PASSWORD]).refused is None
    assert perform_handshake(POSTGRES, [ASKS_FOR_PASSWORD], Tls.OFF) == Handshake("not encrypted")


def test_postgresql_speaks_a_newer_protocol() -> None:
    negotiate = b"v" + struct.pack("!iii", 12, 196608, 0)
    assert perform_handshake(POSTGRES, [b"N", negotiate]).refused is None


def test_postgresql_that_cannot_start_a_process() -> None:
    answer = error_response(S="FATAL", C="53200", M="could not fork")
    error = refusal(POSTGRES, [answer])
    assert error.code == "too_many_connections"
    assert "could not fork" in classify(error).message


@pytest.mark.parametrize("tls", [Tls.REQUIRE, Tls.VERIFY])
def test_encryption_that_a_server_does_not_offer(tls: Tls) -> None:
    assert refusal(POSTGRES, [b"N"], tls).code == "tls_refused"
    assert refusal(MYSQL, [handshake_packet(NO_SSL & ~0x0800)], tls).code == "tls_refused"


def test_what_comes_unencrypted_after_the_agreement_is_not_believed() -> None:
    """Somebody between could have put it there (CVE-2021-23222)."""
    assert refusal(POSTGRES, [b"S" + ASKS_FOR_PASSWORD]).code == "wrong_server"


@pytest.mark.parametrize(
    ("answers", "sqlstate", "code"),
    [
        ([ASKS_FOR_PASSWORD], "28P01", "authentication_failed"),
        ([ASKS_FOR_PASSWORD], "28000", "authentication_failed"),  # by LDAP, RADIUS, PAM
        ([], "28000", "login_not_allowed"),
        ([ASKS_FOR_PASSWORD, LETS_IN], "3D000", "database_unknown"),
        ([ASKS_FOR_PASSWORD, LETS_IN], "42501", "database_not_allowed"),
        ([ASKS_FOR_PASSWORD, LETS_IN], "53300", "too_many_connections"),
        ([ASKS_FOR_PASSWORD, LETS_IN], "55000", "database_not_allowed"),
        ([ASKS_FOR_PASSWORD, LETS_IN], "57P03", "server_starting"),
    ],
)
def test_signing_in_to_postgresql_fails_in_any_language(
    answers: Script, sqlstate: str, code: str
) -> None:
    refused = error_response(S="SCHWERWIEGEND", V="FATAL", C=sqlstate, M="Das geht nicht.")
    *asked, last = [*answers, b""]
    script = [b"N", *asked[:1], b"".join(asked[1:]) + last + refused]
    assert signing_in(POSTGRES, script, SECONDS, Tls.PREFER).code == code


def test_postgresql_asks_for_a_password_that_is_not_given() -> None:
    told = signing_in(POSTGRES, [b"N", ASKS_FOR_PASSWORD], SECONDS, Tls.PREFER, password="")
    assert told.code == "password_missing"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('password authentication failed for user "ann"', "authentication_failed"),
        ('database "shop" does not exist', "database_unknown"),
        ('permission denied for database "shop"', "database_not_allowed"),
        ('database "sorry, too many clients" does not exist', "database_unknown"),
        ("Das geht nicht.", "integration_error"),
    ],
)
def test_where_libpq_keeps_the_sqlstate_to_itself_its_words_have_to_do(
    message: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_session, "_begin_trace", lambda attempt, trace: False)
    refused = error_response(S="FATAL", V="FATAL", C="28P01", M=message)
    script = [b"N", ASKS_FOR_PASSWORD, refused, b"N", ASKS_FOR_PASSWORD]
    assert signing_in(POSTGRES, script, SECONDS, Tls.PREFER).code == code


# MySQL


@pytest.mark.parametrize(
    ("number", "message", "code", "retryable"),
    [
        (1040, "Zu viele Verbindungen", "too_many_connections", True),
        (1129, "Rechner blockiert", "login_not_allowed", False),
        (1130, "Rechner hat keine Berechtigung", "login_not_allowed", False),
        (1053, "Der Server wird heruntergefahren", "server_stopping", True),
        (9999, "etwas Neues", "integration_error", False),
    ],
)
@pytest.mark.parametrize("state", [b"#08004", b""])
def test_mysql_refuses_in_any_language(
    number: int, message: str, code: str, retryable: bool, state: bytes
) -> None:
    told = classify(
        refusal(MYSQL, [packet(b"\xff" + struct.pack("<H", number) + state + message.encode())])
    )
    assert (told.code, told.retryable) == (code, retryable)


def test_mysql_greets() -> None:
    assert perform_handshake(MYSQL, [handshake_packet()], Tls.OFF) == Handshake("not encrypted")
    without = perform_handshake(MYSQL, [handshake_packet(NO_SSL & ~0x0800)])
    assert without == Handshake("not encrypted: the server does not offer it")


# Others


@pytest.mark.parametrize("server", [POSTGRES, MYSQL], ids=lambda server: str(server.name))
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "web server"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"220 mail.example.com ESMTP\r\n", "mail"),
        (b"-ERR unknown command\r\n", "Redis"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "encryption from the first byte"),
        (b"?" * 100, ""),
    ],
)
def test_servers_of_other_kinds(server: Server, words: bytes, reason: str) -> None:
    told = classify(refusal(server, [words]))
    assert (told.code, told.field, told.retryable) == ("wrong_server", "port", False)
    assert reason in told.message


def test_each_server_taken_for_the_other() -> None:
    assert "it is MySQL or MariaDB" in classify(refusal(POSTGRES, [handshake_packet()])).message
    said = classify(
        refusal(MYSQL, [error_response(S="FATAL", C="0A000", M="unsupported protocol")])
    )
    assert "it is PostgreSQL" in said.message


# Garbage

_FRAMES = st.one_of(
    st.binary(min_size=1, max_size=200),
    st.binary(max_size=60).map(packet),
    st.binary(max_size=60).map(lambda body: packet(b"\x0a" + body)),
    st.binary(max_size=60).map(lambda body: packet(b"\xff" + body)),
    st.binary(max_size=60).map(lambda body: b"E" + struct.pack("!i", len(body) + 4) + body),
    st.binary(max_size=60).map(lambda body: b"R" + struct.pack("!i", len(body) + 4) + body),
    st.sampled_from([b"S", b"N", b"E", handshake_packet(), ASKS_FOR_PASSWORD]),
)
_garbage = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("server", [POSTGRES, MYSQL], ids=lambda server: str(server.name))
@_garbage
@given(script=st.lists(_FRAMES, max_size=4), tls=st.sampled_from(Tls))
def test_whatever_a_server_says_the_greeting_ends_with_an_error_that_is_known(
    server: Server, script: Script, tls: Tls
) -> None:
    code = ""
    try:
        code = getattr(perform_handshake(server, script, tls, IMPATIENT).refused, "code", "")
    except ProtoDDFError as error:
        code = error.code
    assert code in {"", *CATALOGUE}


@pytest.mark.parametrize("server", [POSTGRES, MYSQL], ids=lambda server: str(server.name))
@_garbage
@given(script=st.lists(_FRAMES, max_size=5), tls=st.sampled_from(Tls))
def test_whatever_a_server_says_signing_in_ends_with_an_error_that_is_known(
    server: Server, script: Script, tls: Tls
) -> None:
    assert signing_in(server, script, IMPATIENT, tls).code in CATALOGUE
