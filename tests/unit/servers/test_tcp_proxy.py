"""The tests' own TCP proxy: each fault is what it says, in each direction."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.ports import HOST
from tests.servers.peers import closed_port, full_backlog, listener
from tests.servers.tcp_proxy import CLEAR, Flow, TcpProxy

SENT = bytes(range(256)) * 400
directions = pytest.mark.parametrize("direction", ["upstream", "downstream"])


def echo(connection: socket.socket) -> None:
    while data := connection.recv(65_536):
        connection.sendall(data)
    connection.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy() -> Iterator[TcpProxy]:
    with listener(echo) as port, TcpProxy(port) as made:
        yield made


def talk(proxy: TcpProxy, sent: bytes = SENT) -> bytes:
    """What comes back until the end of the stream."""
    with connected(proxy) as client:
        client.settimeout(30)
        sender = threading.Thread(target=send_all, args=(client, sent))
        sender.start()
        received = read_all(client)
        sender.join()
        return received


def read_all(client: socket.socket) -> bytes:
    received = b""
    while data := client.recv(65_536):
        received += data
    return received


def send_all(client: socket.socket, sent: bytes) -> None:
    try:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def connected(proxy: TcpProxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=30)


def test_bytes_pass_unhindered(proxy: TcpProxy) -> None:
    assert talk(proxy) == SENT
    assert proxy.accepted == 1


@directions
def test_pieces_arrive_whole(proxy: TcpProxy, direction: str) -> None:
    setattr(proxy, direction, Flow(slice_bytes=7))
    assert talk(proxy, SENT[:5000]) == SENT[:5000]


@directions
@pytest.mark.parametrize(
    "flow", [Flow(latency=0.2), Flow(bytes_per_second=5), Flow(slice_bytes=1, slice_delay=0.2)]
)
def test_it_takes_at_least_so_long(proxy: TcpProxy, direction: str, flow: Flow) -> None:
    setattr(proxy, direction, flow)
    before = time.monotonic()
    assert talk(proxy, b"hi") == b"hi"
    assert time.monotonic() - before >= 0.2


def test_jitter_is_repeatable_and_bounded() -> None:
    with TcpProxy(1, seed=7) as first, TcpProxy(1, seed=7) as second:
        waits = [[proxy.pause_of(Flow(0.5, 0.1)) for _ in range(20)] for proxy in (first, second)]
    assert waits[0] == waits[1]
    assert all(0.5 <= wait <= 0.6 for wait in waits[0])
    assert len(set(waits[0])) > 1


@directions
def test_a_connection_ends_after_so_many_bytes(proxy: TcpProxy, direction: str) -> None:
    setattr(proxy, direction, Flow(limit=1000))
    received = talk(proxy, SENT[:5000])
    assert SENT.startswith(received)
    assert len(received) <= 1000
    if direction == "downstream":
        assert len(received) == 1000


@directions
def test_a_connection_is_reset_after_so_many_bytes(proxy: TcpProxy, direction: str) -> None:
    setattr(proxy, direction, Flow(limit=1, ending="reset"))
    with connected(proxy) as client:
        client.sendall(b"hello")
        with pytest.raises(ConnectionResetError):
            read_all(client)


def test_silence_after_so_many_bytes(proxy: TcpProxy) -> None:
    proxy.downstream = Flow(limit=3, ending="silence")
    with connected(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hel"
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(100)


@directions
def test_what_was_held_back_goes_on(proxy: TcpProxy, direction: str) -> None:
    setattr(proxy, direction, Flow(silent=True))
    with connected(proxy) as client:
        client.sendall(b"hello")
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(30)
        setattr(proxy, direction, CLEAR)
        assert client.recv(100) == b"hello"


def test_the_end_of_the_stream_comes_late(proxy: TcpProxy) -> None:
    proxy.downstream = Flow(close_delay=0.2)
    before = time.monotonic()
    assert talk(proxy, b"hi") == b"hi"
    assert time.monotonic() - before >= 0.2


def test_new_connections_are_reset(proxy: TcpProxy) -> None:
    proxy.refusing = True
    with pytest.raises(ConnectionResetError), connected(proxy) as client:
        client.recv(1)
    proxy.clear()
    assert talk(proxy, b"hi") == b"hi"


def test_faults_of_so_many_connections(proxy: TcpProxy) -> None:
    proxy.downstream = Flow(limit=1)
    proxy.faulty = 2
    assert [talk(proxy, b"hi") for _ in range(4)] == [b"h", b"h", b"hi", b"hi"]


def test_open_connections_are_reset(proxy: TcpProxy) -> None:
    with connected(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        proxy.reset_all()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_target_that_is_not_there_resets(proxy: TcpProxy) -> None:
    with closed_port() as port, TcpProxy(port) as lonely:  # noqa: SIM117
        with pytest.raises(ConnectionResetError), connected(lonely) as client:
            client.recv(1)


def test_it_ends_while_a_peer_reads_nothing() -> None:
    def deaf(connection: socket.socket) -> None:
        over.wait(30)

    over = threading.Event()
    with listener(deaf) as port:
        with TcpProxy(port) as proxy:
            client = connected(proxy)
            client.settimeout(0.1)
            with pytest.raises(TimeoutError):
                client.sendall(bytes(50_000_000))
        client.close()
        over.set()


def test_a_full_backlog_answers_nothing() -> None:
    with full_backlog() as port, socket.socket() as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.connect((HOST, port))
