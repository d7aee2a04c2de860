"""Ports for the servers of tests."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

from proto_ddf.port_numbers import BLOCKED_PORTS

HOST = "127.0.0.1"
WORKERS = 4
FIRST, PORTS_OF_A_WORKER = 10_000, 5_000
"""Below the ports that the system gives to outgoing connections, so that a port stays free while its server is down."""


def free_port() -> int:
    """A port that is free, that browsers open, and that no other test of this run gets."""
    return free_ports(1).start


def free_ports(count: int) -> range:
    """As many consecutive ports of that kind as asked for."""
    found: list[int] = []
    while len(found) < count:
        port = next(_next_port)
        if not _is_free(port):
            found.clear()
        elif found and port != found[-1] + 1:
            found = [port]
        else:
            found.append(port)
    return range(found[0], found[-1] + 1)


def port_range(ports: range) -> dict[str, str]:
    """The settings that restrict a server to these ports for its apps."""
    return {"PORT_RANGE_START": str(ports[0]), "PORT_RANGE_END": str(ports[-1])}


def _ports_of_this_worker() -> Iterator[int]:
    """All ports of this worker of pytest-xdist, endlessly repeated, starting at a random one because another test
    run may be in progress."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST + worker % WORKERS * PORTS_OF_A_WORKER
    start = random.randrange(PORTS_OF_A_WORKER)
    return itertools.cycle(
        first + (start + offset) % PORTS_OF_A_WORKER for offset in range(PORTS_OF_A_WORKER)
    )


_next_port = _ports_of_this_worker()


def _is_free(port: int) -> bool:
    if port in BLOCKED_PORTS:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
