"""A TCP proxy that simulates network faults in each direction; they are switched on and off while it runs."""

import math
import random
import select
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from tests.ports import HOST

_CHUNK = 65_536
_CHECK_INTERVAL = 0.005
"""Seconds between two checks."""


@dataclass(frozen=True)
class Flow:
    """What happens to the bytes of one direction. By default they pass unhindered."""

    latency: float = 0.0
    """Seconds by which each chunk is delayed."""
    jitter: float = 0.0
    """Up to this many seconds more, at random."""
    slice_bytes: int = 0
    """Chunks are sent in pieces of this many bytes; 0: whole."""
    slice_delay: float = 0.0
    """Seconds between two pieces."""
    bytes_per_second: float = 0.0
    """0: no limit."""
    limit: int | None = None
    """Bytes of a connection that pass, from when this flow was set, before it ends as `ending` says."""
    ending: Literal["close", "reset", "silence"] = "close"
    silent: bool = False
    """Nothing passes; the bytes held back are sent when this is switched off."""
    close_delay: float = 0.0
    """Seconds until the end of the stream is passed on."""


CLEAR = Flow()


class TcpProxy:
    """Forwards connections to a port of this machine. It is a context manager; `port` is the proxy's own port.

    Set `upstream` (client to server) and `downstream` (server to client) at any time, also for open connections,
    and `refusing` to reset new connections at once. `faulty` is the number of further connections that have faults
    at all. `seed` makes jitter repeatable."""

    def __init__(self, target_port: int, *, seed: int = 0) -> None:
        self.target_port = target_port
        self.upstream = CLEAR
        self.downstream = CLEAR
        self.refusing = False
        self.faulty = math.inf
        self.accepted = 0
        """Connections taken so far."""
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> "TcpProxy":
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing a listener does not wake an accept() in another thread; shutting it down does.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        for connection in self._open():
            connection.end("reset")
            connection.join()

    def clear(self) -> None:
        """Switch all faults off."""
        self.upstream = self.downstream = CLEAR
        self.refusing = False
        self.faulty = math.inf

    def reset_all(self) -> None:
        """Reset every open connection, on both sides, now."""
        for connection in self._open():
            connection.end("reset")

    def pause_of(self, flow: Flow) -> float:
        """Seconds by which the next chunk is delayed."""
        with self._lock:
            return flow.latency + self._random.uniform(0, flow.jitter)

    def forget(self, connection: "_Connection") -> None:
        with self._lock:
            self._connections.discard(connection)

    def _open(self) -> list["_Connection"]:
        with self._lock:
            return list(self._connections)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            spared = self.faulty <= 0
            self.faulty -= 1
            if self.refusing and not spared:
                reset(client)
                continue
            try:
                server = socket.create_connection((HOST, self.target_port))
            except OSError:
                reset(client)
                continue
            connection = _Connection(self, client, server, spared=spared)
            with self._lock:
                self._connections.add(connection)
            connection.start()


class _Connection:
    """Two sockets and a thread for each direction; the thread that ends last closes both."""

    def __init__(
        self, proxy: TcpProxy, client: socket.socket, server: socket.socket, *, spared: bool
    ) -> None:
        self._proxy = proxy
        self._spared = spared
        self._sockets = (client, server)
        for each in self._sockets:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ending: Literal["", "close", "reset"] = ""
        self._over = threading.Event()
        # Readable when the connection is over, to wake the select() of both threads. A socket closed by another
        # thread would wake neither and send its RST only later.
        self._wake_sender, self._wake_receiver = socket.socketpair()
        self._pumping = 2
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(client, server, "upstream"), daemon=True),
            threading.Thread(target=self._run, args=(server, client, "downstream"), daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def end(self, how: Literal["close", "reset"]) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self._ending = how
            self._over.set()
            self._wake_sender.send(b"!")

    def _run(self, source: socket.socket, target: socket.socket, direction: str) -> None:
        try:
            self._pump(source, target, direction)
        except _OverError:
            pass
        except OSError:  # if one side is gone, the other is ended too
            self.end("reset")
        with self._lock:
            self._pumping -= 1
            last = not self._pumping
            if last:
                self._over.set()
        if last:
            self._close()

    def _pump(self, source: socket.socket, target: socket.socket, direction: str) -> None:
        passed, counted = 0, CLEAR
        while chunk := self._receive(source):
            while (flow := self._flow(direction)).silent:
                self._pause(_CHECK_INTERVAL)
            if flow is not counted:
                passed, counted = 0, flow
            self._pause(self._proxy.pause_of(flow))
            allowed = chunk if flow.limit is None else chunk[: max(0, flow.limit - passed)]
            self._forward(target, allowed, flow)
            passed += len(allowed)
            if flow.limit is not None and passed >= flow.limit and flow.ending != "silence":
                self.end(flow.ending)
        self._pause(self._flow(direction).close_delay)
        target.shutdown(socket.SHUT_WR)

    def _flow(self, direction: str) -> Flow:
        flow: Flow = CLEAR if self._spared else getattr(self._proxy, direction)
        return flow

    def _receive(self, source: socket.socket) -> bytes:
        select.select([source, self._wake_receiver], [], [])
        self._stop_if_over()
        return source.recv(_CHUNK)

    def _forward(self, target: socket.socket, data: bytes, flow: Flow) -> None:
        size = flow.slice_bytes or len(data)
        for start in range(0, len(data), size or 1):
            piece = data[start : start + size]
            if start:
                self._pause(flow.slice_delay)
            self._send(target, piece)
            if flow.bytes_per_second:
                self._pause(len(piece) / flow.bytes_per_second)

    def _send(self, target: socket.socket, data: bytes) -> None:
        while data:
            select.select([self._wake_receiver], [target], [])
            self._stop_if_over()
            with suppress(BlockingIOError):
                data = data[target.send(data, socket.MSG_DONTWAIT) :]

    def _pause(self, seconds: float) -> None:
        if seconds:
            self._over.wait(seconds)
        self._stop_if_over()

    def _stop_if_over(self) -> None:
        if self._over.is_set():
            raise _OverError

    def _close(self) -> None:
        for each in self._sockets:
            reset(each) if self._ending == "reset" else each.close()
        self._wake_sender.close()
        self._wake_receiver.close()
        self._proxy.forget(self)


class _OverError(Exception):
    """The connection was ended."""


def reset(connection: socket.socket) -> None:
    """Close with RST: a linger time of zero discards what is left to send (man 7 socket, SO_LINGER)."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
