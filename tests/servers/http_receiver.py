"""A receiver of HTTP requests, as Slack, Linear and webhooks are: it notes what comes, and answers as it is told."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the receiver does with a request that it has read."""

    status: int = 200
    body: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    resets: bool = False
    """Breaks the connection instead of answering."""
    hangs: bool = False
    """Never answers."""
    late: bool = False
    """Answers once the receiver is told to, by `release`."""


@dataclass(frozen=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """`answers` are given one after the other, then `usual`, which may be a function of the request."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.scheme = scheme
        self.received: list[Received] = []
        self.answers: list[Answer] = []
        self.usual: Answer | Callable[[Received], Answer] = Answer()
        self.closing = threading.Event()
        self.release = threading.Event()

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def take(self, request: Received) -> Answer:
        self.received.append(request)
        if self.answers:
            return self.answers.pop(0)
        return self.usual(request) if callable(self.usual) else self.usual


@contextmanager
def http_receiver(certificate: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            request = Received(self.path, dict(self.headers), self.rfile.read(length))
            answer = receiver.take(request)
            if answer.hangs:
                receiver.closing.wait(60)
                return
            if answer.late:
                receiver.release.wait(60)
            if answer.resets:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                return
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Not to the console."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: Any) -> None:
            """A client that ends while it is answered is no error."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server.server_address[1], "https" if certificate else "http")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        receiver.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
