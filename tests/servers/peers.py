"""Peers other than a database server that may answer at an address. Each really listens, on 127.0.0.1."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from tests.ports import HOST
from tests.servers.tcp_proxy import reset

Answer = Callable[[socket.socket], None]
_REQUEST = 4096


@contextmanager
def listener(answer: Answer) -> Iterator[int]:
    """Calls `answer` with each connection, in a separate thread. Yields the port."""
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            answer(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connections.append(connection)
            threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()

    with socket.create_server((HOST, 0), backlog=64) as server:
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            for connection in connections:
                with suppress(OSError):  # wakes a thread that reads from it
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
            for connection in connections:
                connection.close()


def stay_silent(connection: socket.socket) -> None:
    """Reads and never sends anything."""
    while connection.recv(_REQUEST):
        pass


def close_at_once(connection: socket.socket) -> None:
    connection.close()


def close_after_request(connection: socket.socket) -> None:
    connection.recv(_REQUEST)
    connection.close()


def reset_at_once(connection: socket.socket) -> None:
    reset(connection)


def reset_after_request(connection: socket.socket) -> None:
    connection.recv(_REQUEST)
    reset(connection)


def say(words: bytes, *, first: bool = False) -> Answer:
    """Sends these words after each message or, with `first`, once before any message; then keeps listening."""

    def answer(connection: socket.socket) -> None:
        if first:
            connection.sendall(words)
        while connection.recv(_REQUEST):
            if not first:
                connection.sendall(words)

    return answer


def serve_http(connection: socket.socket) -> None:
    """Answers like a web server that receives a request that is not HTTP."""
    connection.recv(_REQUEST)
    connection.sendall(
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    connection.close()


@contextmanager
def closed_port() -> Iterator[int]:
    """A port on which nothing listens and which no other program gets meanwhile."""
    with socket.socket() as kept:
        kept.bind((HOST, 0))
        yield kept.getsockname()[1]


@contextmanager
def full_backlog() -> Iterator[int]:
    """A listener that takes no more connections: further ones get no answer at all, as from behind a firewall that
    drops packets."""
    with ExitStack() as opened:
        server = opened.enter_context(socket.create_server((HOST, 0), backlog=0))
        while True:
            waiting = opened.enter_context(socket.socket())
            waiting.settimeout(0.2)
            try:
                waiting.connect(server.getsockname())
            except TimeoutError:
                break
        yield server.getsockname()[1]
