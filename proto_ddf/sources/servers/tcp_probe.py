"""A TCP connection to a database server, limited in time, and the error codes of its failures."""

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
from proto_ddf.sources.servers.failures import ConnectionContext

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
"""The share of the time in which a server has to answer before it is probed for another protocol."""
_CHUNK = 4096
_LEAST_WAIT = 0.05


def in_container() -> bool:
    """Whether this process runs in a container, whose loopback address is its own and not the machine's."""
    marks = (Path("/.dockerenv"), Path("/run/.containerenv"))
    return "KUBERNETES_SERVICE_HOST" in os.environ or any(mark.exists() for mark in marks)


def longest_wait(read_seconds: float) -> float:
    """How many seconds to wait for the answer to a statement: `read_seconds`, or less if the current deadline is
    nearer, but at least _LEAST_WAIT, so that an answer that is on its way still arrives."""
    deadline = current_deadline()
    left = read_seconds if deadline is None else deadline.left()
    return max(min(left, read_seconds), _LEAST_WAIT)


def open_socket(context: ConnectionContext, seconds: float) -> socket.socket:
    """A connected socket. Raises IntegrationError: see `connection_error`."""
    until = time.monotonic() + seconds
    ip = context.address.ip
    opened = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET)
    opened.settimeout(seconds)
    try:
        opened.connect((ip, context.address.port))  # an IP address, so no name is looked up
    except OSError as error:
        opened.close()
        raise connection_error(context, error, seconds) from error
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    opened.settimeout(max(until - time.monotonic(), 0.001))
    return opened


def connection_error(
    context: ConnectionContext, error: OSError, seconds: float
) -> IntegrationError:
    """The IntegrationError for an error of the operating system on a connection limited to `seconds`: `host_silent`,
    `port_closed`, `host_unreachable`, `connection_lost` or `connection_failed`."""
    address = context.address
    reason = os.strerror(error.errno).lower() if error.errno else ""
    if isinstance(error, TimeoutError):
        message = f"{address.ip} gave no answer within {seconds:.3g} s."
        return context.failure("host_silent", message, seconds=f"{seconds:.3g}")
    if error.errno == errno.ECONNREFUSED:
        message = f"Nothing answers at port {address.port} of {address.ip}."
        return context.failure("port_closed", message)
    if error.errno in _UNREACHABLE:
        return context.failure(
            "host_unreachable", f"No way to {address.ip}: {reason}.", reason=reason
        )
    if error.errno in _LOST or isinstance(error, ConnectionError | ssl.SSLEOFError):
        return context.failure("connection_lost", f"Connection closed: {error}.", reason=reason)
    return context.failure("connection_failed", f"No connection: {error}.", reason=reason)


class TcpProbe:
    """Exchanges bytes with a server, over the socket `opened` if one is given; everything together takes at most
    `seconds`. A context manager that closes it.

    Its methods raise IntegrationError: see `connection_error`.
    """

    def __init__(
        self, context: ConnectionContext, seconds: float, opened: socket.socket | None = None
    ) -> None:
        self.context = context
        self.seconds = seconds
        self._until = time.monotonic() + seconds
        self.socket = open_socket(context, seconds) if opened is None else opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.socket.close()

    def time_left(self) -> float:
        """The remaining seconds. Raises IntegrationError, `host_silent`, when none remain."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise connection_error(self.context, TimeoutError(), self.seconds)
        return left

    def send(self, data: bytes) -> None:
        self.socket.settimeout(self.time_left())
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise connection_error(self.context, error, self.seconds) from error

    def receive(self, count: int) -> bytes:
        """Exactly `count` bytes."""
        data = b""
        while len(data) < count:
            data += self._some(count - len(data), self.time_left())
        return data

    def first_answer(self, trigger: bytes) -> bytes:
        """The first bytes that the server sends. If it stays silent for most of the time, `trigger` is sent: servers
        of other kinds answer to it, which tells what they are."""
        try:
            return self._some(_CHUNK, self.time_left() * _PATIENCE)
        except IntegrationError as error:
            if error.code != "host_silent":
                raise
        self.send(trigger)
        answer = self._some(_CHUNK, self.time_left())
        if self.context.system in server_kind(answer):  # the right kind, but too slow
            raise connection_error(self.context, TimeoutError(), self.seconds)
        raise self.wrong_server(answer)

    def wrong_server(self, answer: bytes) -> IntegrationError:
        """The error for a server that does not speak the protocol of this kind."""
        return self.context.failure(
            "wrong_server",
            f"It answered {answer[:20]!r}.",
            reason=server_kind(answer),
        )

    def _some(self, most: int, seconds: float) -> bytes:
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(most)
        except OSError as error:
            raise connection_error(self.context, error, self.seconds) from error
        if not data:
            raise connection_error(
                self.context, ConnectionResetError("end of the connection"), self.seconds
            )
        return data


def server_kind(answer: bytes) -> str:
    """A clause that names the kind of server that answers like this; empty if it is not known."""
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
