"""Clients that behave badly, in a process of their own: `python -m benchmarks.bad_clients PORT COUNT [tls]`.

It keeps COUNT bad connections open, of each kind as many, and opens another one when the server closes one, until its
stdin is closed. Then it does nothing more, and holds what is open until it is ended.
"""

import asyncio
import contextlib
import itertools
import random
import socket
import ssl
import struct
import sys
from collections.abc import Awaitable, Callable

HOST = "127.0.0.1"
PAUSE_SECONDS = 0.5
"""Between two bytes of what trickles, and before a kind of connection that ended is opened again."""
PAGE = b"GET / HTTP/1.1\r\nHost: localhost:%d\r\n"
UPLOAD = b"POST /_event HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 100000\r\n\r\n"
PATHS = (b"/", b"/api/health", b"/_event/?EIO=4&transport=websocket")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Open = Callable[[], Awaitable[Streams]]


class BadClients:
    def __init__(self, port: int, tls: bool) -> None:
        self._port = port
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if tls else None
        if self._tls:
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE
        self.active = True

    async def keep(self, kind: "Kind") -> None:
        """Open one connection after the other."""
        while self.active:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await kind(self)
            await asyncio.sleep(PAUSE_SECONDS * (0.5 + random.random()))

    async def open(self, *, plain: bool = False, receive_bytes: int | None = None) -> Streams:
        connection = socket.socket()
        connection.setblocking(False)
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        await asyncio.get_running_loop().sock_connect(connection, (HOST, self._port))
        tls = None if plain else self._tls
        name = "localhost" if tls else None
        return await asyncio.open_connection(
            sock=connection, ssl=tls, server_hostname=name, limit=4096
        )

    async def silent(self) -> None:
        reader, writer = await self.open()
        await self._until_closed(reader, writer)

    async def head_that_trickles(self) -> None:
        reader, writer = await self.open()
        writer.write(PAGE % self._port)
        await self._trickle(reader, writer)

    async def body_that_trickles(self) -> None:
        reader, writer = await self.open()
        writer.write(UPLOAD % self._port)
        await self._trickle(reader, writer)

    async def response_not_read(self) -> None:
        """Asks again and again, and takes nothing of the answers."""
        _, writer = await self.open(receive_bytes=4096)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        request = (PAGE % self._port) + b"\r\n"
        while self.active and not writer.is_closing():
            writer.write(request)
            await asyncio.sleep(PAUSE_SECONDS)

    async def half_open_tls(self) -> None:
        reader, writer = await self.open(plain=True)
        writer.write(hello())
        await self._until_closed(reader, writer)

    async def reset(self) -> None:
        """Resets in the middle of a request or of its answer."""
        reader, writer = await self.open()
        path = random.choice(PATHS)
        writer.write(b"GET %s HTTP/1.1\r\nHost: localhost:%d\r\n" % (path, self._port))
        if random.random() < 0.7:
            writer.write(b"\r\n")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(100), random.random())
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _trickle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed = asyncio.create_task(reader.read(1))
        while self.active and not closed.done():
            writer.write(b"x")
            await asyncio.wait({closed}, timeout=PAUSE_SECONDS)
        if not self.active:
            await closed
        writer.close()

    async def _until_closed(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while await reader.read(4096):
            pass
        writer.close()


Kind = Callable[[BadClients], Awaitable[None]]
KINDS: tuple[Kind, ...] = (
    BadClients.silent,
    BadClients.head_that_trickles,
    BadClients.body_that_trickles,
    BadClients.response_not_read,
    BadClients.half_open_tls,
    BadClients.reset,
)


def hello() -> bytes:
    """The first message of a TLS handshake."""
    out = ssl.MemoryBIO()
    talk = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        talk.do_handshake()
    return out.read()


async def main(port: int, count: int, tls: bool) -> None:
    # Connections that end badly are the point.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    clients = BadClients(port, tls)
    kinds = itertools.islice(itertools.cycle(KINDS), count)
    tasks = [asyncio.create_task(clients.keep(kind)) for kind in kinds]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    clients.active = False
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), "tls" in sys.argv[3:]))
