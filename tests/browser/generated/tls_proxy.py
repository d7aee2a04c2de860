"""A reverse proxy like those that people put before an app: it ends TLS and passes all data on unchanged."""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterator

import trustme

from tests.ports import HOST


@contextlib.contextmanager
def tls_proxy(name: str, target: int) -> Iterator[int]:
    """Yields the port at which `name` is served over https by the server on the port `target`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(name).configure_cert(context)
    listening = socket.create_server((HOST, 0))
    accepting = threading.Thread(target=_accept, args=(listening, context, target), daemon=True)
    accepting.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()


def _accept(listening: socket.socket, context: ssl.SSLContext, target: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_talk, args=(client, context, target), daemon=True).start()


def _talk(client: socket.socket, context: ssl.SSLContext, target: int) -> None:
    with (
        contextlib.suppress(OSError),
        context.wrap_socket(client, server_side=True) as shown,
        socket.create_connection((HOST, target)) as app,
    ):
        _pass_on(shown, app)


def _pass_on(shown: ssl.SSLSocket, app: socket.socket) -> None:
    """Pass data on in both directions until one side ends. One thread does both: two threads must not use a TLS
    connection at a time."""
    while True:
        ready = [shown] if shown.pending() else select.select([shown, app], [], [])[0]
        for source in ready:
            if not (data := source.recv(65_536)):
                return
            (app if source is shown else shown).sendall(data)
