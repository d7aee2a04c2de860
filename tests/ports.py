"""Ports for the servers of tests."""

import random
import socket

from proto_ddf.port_numbers import BLOCKED_PORTS

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that is free and that browsers open, below those given to outgoing connections: it stays free while its server is down."""
    while True:
        port = random.randrange(10_000, 30_000)
        if port in BLOCKED_PORTS:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
