"""Ports for the servers of tests."""

import random
import socket

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that is free, below those given to outgoing connections: it stays free while its server is down."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
