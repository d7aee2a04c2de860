"""A TCP connection to a database server with an end in time, and what its failing means."""

import errno
import os
import socket
import ssl
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from proto_ddf.errors.types import IntegrationError
from proto_ddf.resilience import current_deadline
from proto_ddf.sources.servers.failures import About

_UNREACHABLE = frozenset(
    {
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EHOSTDOWN,
        errno.ENETDOWN,
        errno.EADDRNOTAVAIL,  # IPv6 on a machine without it
        errno.EAFNOSUPPORT,
        errno.EACCES,  # a firewall on this machine
        errno.EPERM,
    }
)
_LOST = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ENOTCONN})
_PATIENCE = 0.7
"""The share of the time that a server has to speak as its protocol says."""
_CHUNK = 4096
_LEAST_WAIT = 0.05


def in_container() -> bool:
    """Whether this process runs in a container, whose loopback address is its own and not the machine's."""
    marks = (Path("/.dockerenv"), Path("/run/.containerenv"))
    return "KUBERNETES_SERVICE_HOST" in os.environ or any(mark.exists() for mark in marks)


def longest_wait(read_seconds: float) -> float:
    """Seconds that the answer to a statement is waited for: `read_seconds`, or less when the deadline in force is
    nearer; never so few that an answer under way is missed."""
    deadline = current_deadline()
    left = read_seconds if deadline is None else deadline.left()
    return max(min(left, read_seconds), _LEAST_WAIT)


def open_socket(about: About, seconds: float) -> socket.socket:
    """A connected socket. Raises IntegrationError: see `failed`."""
    until = time.monotonic() + seconds
    ip = about.address.ip
    opened = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET)
    opened.settimeout(seconds)
    try:
        opened.connect((ip, about.address.port))  # looks nothing up
    except OSError as error:
        opened.close()
        raise failed(about, error, seconds) from error
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    opened.settimeout(max(until - time.monotonic(), 0.001))
    return opened


def failed(about: About, error: OSError, seconds: float) -> IntegrationError:
    """What an error of the operating system says of a connection that may take `seconds`: `host_silent`,
    `port_closed`, `host_unreachable`, `connection_lost` or `connection_failed`."""
    address = about.address
    reason = os.strerror(error.errno).lower() if error.errno else ""
    if isinstance(error, TimeoutError):
        message = f"{address.ip} gave no answer within {seconds:.3g} s."
        return about.failure("host_silent", message, seconds=f"{seconds:.3g}")
    if error.errno == errno.ECONNREFUSED:
        message = f"Nothing answers at port {address.port} of {address.ip}."
        return about.failure("port_closed", message)
    if error.errno in _UNREACHABLE:
        return about.failure(
            "host_unreachable", f"No way to {address.ip}: {reason}.", reason=reason
        )
    if error.errno in _LOST or isinstance(error, ConnectionError | ssl.SSLEOFError):
        return about.failure("connection_lost", f"Connection closed: {error}.", reason=reason)
    return about.failure("connection_failed", f"No connection: {error}.", reason=reason)


class Wire:
    """Bytes to and from a server, all of it within `seconds`. Closed by `with`.

    Its methods raise IntegrationError: see `failed`.
    """

    def __init__(self, about: About, seconds: float) -> None:
        self.about = about
        self.seconds = seconds
        self._until = time.monotonic() + seconds
        self.socket = open_socket(about, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.socket.close()

    def left(self) -> float:
        """Seconds until the end. Raises IntegrationError, `host_silent`, when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise failed(self.about, TimeoutError(), self.seconds)
        return left

    def send(self, data: bytes) -> None:
        self.socket.settimeout(self.left())
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise failed(self.about, error, self.seconds) from error

    def receive(self, count: int) -> bytes:
        """Exactly so many bytes."""
        data = b""
        while len(data) < count:
            data += self._some(count - len(data), self.left())
        return data

    def first_answer(self, provocation: bytes) -> bytes:
        """What the server says first, as far as it comes at once. Where it stays silent for most of the time,
        `provocation` makes servers of other kinds that wait for something else show themselves."""
        try:
            return self._some(_CHUNK, self.left() * _PATIENCE)
        except IntegrationError as error:
            if error.code != "host_silent":
                raise
        self.send(provocation)
        answer = self._some(_CHUNK, self.left())
        if self.about.system in recognised(answer):  # the right kind, but too slow
            raise failed(self.about, TimeoutError(), self.seconds)
        raise self.wrong_server(answer)

    def wrong_server(self, answer: bytes) -> IntegrationError:
        """The error about a server that does not speak as one of this kind does."""
        return self.about.failure(
            "wrong_server",
            f"It answered {answer[:20]!r}.",
            reason=recognised(answer),
        )

    def _some(self, most: int, seconds: float) -> bytes:
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(most)
        except OSError as error:
            raise failed(self.about, error, self.seconds) from error
        if not data:
            raise failed(self.about, ConnectionResetError("end of the connection"), self.seconds)
        return data


def recognised(answer: bytes) -> str:
    """What kind of server answers like that, in a few words, if known."""
    if answer.startswith(b"HTTP/"):
        return "it is a web server"
    if answer.startswith(b"SSH-"):
        return "it is an SSH server"
    if answer.startswith(b"220"):
        return "it is a mail or FTP server"
    if answer.startswith((b"-ERR", b"+PONG", b"-NOAUTH", b"-DENIED")):
        return "it speaks like Redis"
    if answer.startswith(b"\x15\x03"):
        return "it wants encryption from the first byte on"
    if len(answer) > 4 and answer[3] == 0 and answer[4] in {0x0A, 0xFF}:
        return "it is MySQL or MariaDB"
    if answer in {b"S", b"N"} or answer.startswith(b"E\0\0"):
        return "it is PostgreSQL"
    return ""
