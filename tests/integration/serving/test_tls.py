"""TLS, and connections whose handshake never ends."""

import ssl
from collections.abc import Iterator

import pytest

from proto_ddf.serving.settings import ServingSettings
from tests.integration.serving.conftest import Serving, head, read_all, served


@pytest.fixture(scope="module")
def serving(
    tls_settings: ServingSettings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serving]:
    with served(tls_settings, tmp_path_factory.mktemp("serving")) as running:
        yield running


def client_hello() -> bytes:
    """The first message of a handshake."""
    out = ssl.MemoryBIO()
    context = ssl.create_default_context()
    talk = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        talk.do_handshake()
    return out.read()


def test_it_is_encrypted(serving: Serving) -> None:
    assert serving.client.get("/id").status_code == 200
    plain = serving.connect(head("/id"), tls=False)
    assert b"200" not in read_all(plain)


@pytest.mark.parametrize("sent", [b"", b"\x16\x03", client_hello()], ids=["none", "two", "hello"])
def test_a_handshake_that_does_not_end_is_cut(serving: Serving, sent: bytes) -> None:
    before = serving.counted("refused", "no_request")
    connections = [serving.connect(sent, tls=False) for _ in range(20)]
    assert serving.client.get("/id").status_code == 200
    for connection in connections:
        read_all(connection)
    assert serving.counted("refused", "no_request") >= before + 20
    for connection in connections:
        connection.close()


def test_a_connection_that_has_sent_a_request_is_not_cut_for_its_age(serving: Serving) -> None:
    before = serving.counted("refused", "no_request")
    connection = serving.connect(head("/slow"))
    half_open = serving.connect(tls=False)
    read_all(half_open)  # it was opened later, and has been cut
    connection.settimeout(0.1)
    with pytest.raises(TimeoutError):
        connection.recv(100)
    assert serving.counted("refused", "no_request") == before + 1
    connection.close()
    half_open.close()
