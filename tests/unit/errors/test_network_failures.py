"""What the network says means the same whichever driver passes it on.

The kind: a driver wraps the system's or OpenSSL's error in one of its own. What is inside decides: a host that does
not exist stays so, a name service that does not answer passes; a certificate that is not trusted stays so. Drivers:
httpx (sync, async), psycopg, PyMySQL, gRPC, and the plain socket. Of HTTP: every status that says whose fault it is.
"""

import asyncio
import errno
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import httpx
import psycopg
import pymysql
import pytest

from proto_ddf.errors import classify
from tests.servers.certificates import Certificate, certificates
from tests.unit.errors.raising import raised_by

HOST = "no-such.invalid"


async def get(url: str, **options: Any) -> None:
    async with httpx.AsyncClient(**options) as client:
        await client.get(url)


def call_grpc(address: str, credentials: grpc.ChannelCredentials | None = None) -> None:
    channel = (
        grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)
    )
    with channel:
        channel.unary_unary("/a/b")(b"", timeout=20)


CALLS: dict[str, Callable[[], object]] = {
    "socket": lambda: socket.create_connection((HOST, 80)),
    "httpx": lambda: httpx.get(f"http://{HOST}/", trust_env=False),
    "httpx, async": lambda: asyncio.run(get(f"http://{HOST}/", trust_env=False)),
    "psycopg": lambda: psycopg.connect(f"host={HOST}"),
    "psycopg, async": lambda: asyncio.run(psycopg.AsyncConnection.connect(f"host={HOST}")),
    "PyMySQL": lambda: pymysql.connect(host=HOST),
}


@pytest.mark.parametrize(
    ("number", "code", "retryable"),
    [
        (socket.EAI_NONAME, "host_unknown", False),
        (socket.EAI_NODATA, "host_unknown", False),
        (socket.EAI_FAIL, "host_unknown", False),
        (socket.EAI_AGAIN, "host_lookup_failed", True),
        (socket.EAI_MEMORY, "host_lookup_failed", True),
        (socket.EAI_SYSTEM, "host_lookup_failed", True),
    ],
)
@pytest.mark.parametrize("driver", CALLS)
def test_a_name_that_cannot_be_looked_up(
    driver: str, number: int, code: str, retryable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers of getaddrinfo(3). This machine's name service is not used, because it may behave in any way."""
    words = {
        socket.EAI_NONAME: "Name or service not known",
        socket.EAI_AGAIN: "Temporary failure in name resolution",
    }

    def refuse(*_args: Any, **_options: Any) -> Any:
        raise socket.gaierror(number, words.get(number, "no address"))

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    found = classify(raised_by(CALLS[driver]))
    assert (found.code, found.retryable) == (code, retryable)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Name or service not known", "host_unknown"),
        ("No address associated with hostname", "host_unknown"),
        ("Temporary failure in name resolution", "host_lookup_failed"),
    ],
)
def test_libpqs_own_look_up(words: str, code: str) -> None:
    """psycopg looks names up itself; in some cases libpq does."""
    error = psycopg.OperationalError(f'could not translate host name "db" to address: {words}')
    assert classify(error).code == code


def test_grpcs_own_look_up() -> None:
    """Texts of grpcio's own resolver (1.8x), because a real call would need a name service."""

    class Unavailable(grpc.RpcError):
        def code(self) -> grpc.StatusCode:
            return grpc.StatusCode.UNAVAILABLE

        def details(self) -> str:
            return (
                "DNS resolution failed for no-such.invalid:1: C-ares status is not ARES_SUCCESS "
                "qtype=A name=no-such.invalid is_balancer=0: Domain name not found"
            )

    found = classify(Unavailable())
    assert (found.code, found.retryable) == ("host_unknown", False)


@contextmanager
def tls_server(certificate: Certificate, folder: Path) -> Iterator[int]:
    """Shakes hands with everyone who connects, then closes."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.chain)
    key.write_bytes(certificate.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(10)
                    try:
                        context.wrap_socket(connection, server_side=True).close()
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


BAD_CERTIFICATES = [
    ("of_another_authority", "tls_untrusted"),
    ("self_signed", "tls_untrusted"),
    ("wrong_host", "tls_wrong_host"),
    ("expired", "tls_expired"),
]


@pytest.mark.parametrize(("name", "code"), BAD_CERTIFICATES)
@pytest.mark.parametrize("driver", ["ssl", "httpx", "httpx, async"])
def test_a_certificate_that_is_refused_is_not_tried_again(
    driver: str, name: str, code: str, tmp_path: Path
) -> None:
    trusting = ssl.create_default_context(
        cafile=certificates().write_authority(tmp_path / "ca.pem")
    )
    with tls_server(getattr(certificates(), name), tmp_path) as port:
        url = f"https://127.0.0.1:{port}/"
        options: dict[str, Any] = {"verify": trusting, "trust_env": False, "timeout": 60}

        def handshake() -> None:
            with socket.create_connection(("127.0.0.1", port)) as plain:
                trusting.wrap_socket(plain, server_hostname="127.0.0.1")

        calls: dict[str, Callable[[], object]] = {
            "ssl": handshake,
            "httpx": lambda: httpx.get(url, **options),
            "httpx, async": lambda: asyncio.run(get(url, **options)),
        }
        error = raised_by(calls[driver])
    found = classify(error)
    if name == "self_signed" and found.code == "tls_wrong_host":  # OpenSSL says what it meets first
        code = "tls_wrong_host"
    assert (found.code, found.retryable) == (code, False)
    if isinstance(error, httpx.HTTPError):  # where the cause is lost, as in another process
        assert classify(type(error)(str(error))).code == code


def test_grpc_with_a_certificate_that_is_refused_is_not_tried_again(tmp_path: Path) -> None:
    certificates().write_authority(tmp_path / "ca.pem")
    credentials = grpc.ssl_channel_credentials((tmp_path / "ca.pem").read_bytes())
    with tls_server(certificates().of_another_authority, tmp_path) as port:
        found = classify(raised_by(lambda: call_grpc(f"127.0.0.1:{port}", credentials)))
    assert (found.code, found.retryable) == ("tls_untrusted", False)


@pytest.mark.parametrize("name", [name for name, _ in BAD_CERTIFICATES])
def test_pymysql_that_wraps_a_refused_certificate(name: str, tmp_path: Path) -> None:
    """PyMySQL gives it the number of a server that cannot be reached, 2003, and the error as `original_exception`."""
    trusting = ssl.create_default_context(
        cafile=certificates().write_authority(tmp_path / "ca.pem")
    )
    with tls_server(getattr(certificates(), name), tmp_path) as port:

        def handshake() -> None:
            with socket.create_connection(("127.0.0.1", port)) as plain:
                trusting.wrap_socket(plain, server_hostname="127.0.0.1")

        inner = raised_by(handshake)
    error: Any = pymysql.err.OperationalError(
        2003, f"Can't connect to MySQL server on 'db' ({inner})"
    )
    by_text = classify(error)
    error.original_exception = inner
    for found in (by_text, classify(error)):
        assert found.code == classify(inner).code
        assert found.code.startswith("tls_")
        assert not found.retryable


def test_a_server_that_speaks_no_tls_is_not_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        error = raised_by(
            lambda: httpx.get(
                f"https://127.0.0.1:{server.getsockname()[1]}/", trust_env=False, timeout=60
            )
        )
        thread.join()
    assert (classify(error).code, classify(error).retryable) == ("tls_failed", False)


def test_a_server_that_hangs_up_while_shaking_hands_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        error = raised_by(
            lambda: httpx.get(
                f"https://127.0.0.1:{server.getsockname()[1]}/", trust_env=False, timeout=60
            )
        )
        thread.join()
    assert (classify(error).code, classify(error).retryable) == ("connection_failed", True)


STATUSES = {
    400: ("integration_error", False),
    401: ("authentication_failed", False),
    402: ("integration_error", False),
    403: ("access_denied", False),
    404: ("integration_error", False),
    407: ("authentication_failed", False),
    408: ("timeout", True),
    409: ("integration_error", False),
    410: ("integration_error", False),
    413: ("integration_error", False),
    422: ("integration_error", False),
    425: ("integration_error", True),
    429: ("rate_limited", True),
    451: ("access_denied", False),
    500: ("integration_error", True),
    501: ("integration_error", False),
    502: ("integration_error", True),
    503: ("integration_error", True),
    504: ("timeout", True),
    505: ("integration_error", False),
    507: ("integration_error", False),
    511: ("integration_error", False),
}


@pytest.mark.parametrize(("status", "expected"), STATUSES.items())
def test_each_status_says_whose_fault_it_is(status: int, expected: tuple[str, bool]) -> None:
    request = httpx.Request("GET", "https://api.example.com/rows")
    response = httpx.Response(status, request=request)
    found = classify(raised_by(response.raise_for_status))
    assert (found.code, found.retryable) == expected
    assert (found.category == "transient") is expected[1]
    assert "api.example.com" in found.message


def test_a_full_quota_says_how_long_to_wait() -> None:
    request = httpx.Request("GET", "https://api.example.com/rows")
    response = httpx.Response(429, headers={"retry-after": "7"}, request=request)
    assert "7 s" in classify(raised_by(response.raise_for_status)).hint


@pytest.mark.parametrize(
    ("number", "code", "retryable"),
    [
        (errno.EMFILE, "too_many_open_files", True),
        (errno.ENFILE, "too_many_open_files", True),
        (errno.ENOMEM, "out_of_memory", False),
        (errno.EADDRINUSE, "port_in_use", False),
        (errno.ENOBUFS, "system_error", True),
    ],
)
@pytest.mark.parametrize("wrap", [False, True], ids=["plain", "httpx"])
def test_what_this_machine_runs_out_of(number: int, code: str, retryable: bool, wrap: bool) -> None:
    inner = OSError(number, os.strerror(number))
    error: Exception = inner
    if wrap:
        error = httpx.ConnectError(str(inner))
        error.__cause__ = inner
    found = classify(error)
    assert (found.code, found.retryable) == (code, retryable)


def test_used_up_file_descriptors_are_reported() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = len(os.listdir("/proc/self/fd"))
    kept: list[Any] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, lowest + 20), hard))
        error = raised_by(lambda: [kept.append(open(os.devnull)) for _ in range(10_000)])  # noqa: SIM115
        found = classify(error)
    finally:
        for file in kept:
            file.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (found.code, found.retryable, found.category) == (
        "too_many_open_files",
        True,
        "transient",
    )
