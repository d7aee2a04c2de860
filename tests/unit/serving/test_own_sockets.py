"""The connections that a process has accepted, found among its descriptors."""

import os
import resource
import socket
from collections.abc import Iterator

import pytest

from proto_ddf.serving.own_sockets import accepted, shut_down

HOST = "127.0.0.1"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as server:
        yield server


def test_those_of_the_port_are_found_with_their_clients(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with (
        socket.create_server((HOST, 0)) as other,
        socket.create_connection((HOST, port)) as client,
        socket.create_connection(other.getsockname()) as client_of_other,
    ):
        taken, _ = listener.accept()
        taken_by_other, _ = other.accept()
        with taken, taken_by_other:
            assert [peer for _, peer in accepted(port)] == [client.getsockname()]
            for connection, _ in accepted(port):
                shut_down(connection)
            assert client.recv(1) == b""
            client_of_other.sendall(b"x")
            assert taken_by_other.recv(1) == b"x"
        assert list(accepted(port)) == []


def test_without_a_descriptor_to_look_none_is_found(listener: socket.socket) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) - 1, hard))
    try:
        assert list(accepted(listener.getsockname()[1])) == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
