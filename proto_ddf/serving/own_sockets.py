"""The connections that this process has accepted, found among its descriptors: the server does not tell them."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

Peer = tuple[str, int]

_DESCRIPTORS = Path("/proc/self/fd")


def accepted(port: int) -> Iterator[tuple[socket.socket, Peer]]:
    """Each connection to `port` of this process, as a socket of its own, and the client's address. None while there is no
    descriptor left to look, or where the system does not tell."""
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = os.listdir(_DESCRIPTORS)
    for name in names:
        # Other threads open and close descriptors meanwhile.
        with contextlib.suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if connection.family in (socket.AF_INET, socket.AF_INET6):
                    own, peer = connection.getsockname(), connection.getpeername()
                    if own[1] == port:
                        yield connection, (peer[0], peer[1])


def shut_down(connection: socket.socket) -> None:
    """End a connection, whoever else has it open."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
