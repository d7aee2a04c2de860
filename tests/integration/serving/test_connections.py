"""Clients that connect and send nothing, or too slowly, do not keep other clients out: the server of Proto-DDF and
of its apps.

The kind, as far as it is tested here: a head that comes byte by byte, a connection that is kept open after an
answer, more connections than the process's soft limit of descriptors. A websocket may be silent for long, so it
stays open."""

import contextlib
import resource
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from simple_websocket import Client

from proto_ddf.serving.settings import ServingSettings
from proto_ddf.settings import PROJECT_ROOT
from tests.ports import HOST, free_port

SCRIPT = Path(__file__).with_name("many_connections.py")
SOFT_LIMIT = 64
PATIENCE = 90.0


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server that was started with a low soft limit of descriptors."""
    chosen = free_port()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    command = f"ulimit -Sn {SOFT_LIMIT}; exec {sys.executable} {SCRIPT} {chosen}"
    process = subprocess.Popen(
        ["bash", "-c", command], cwd=PROJECT_ROOT, env={"PYTHONPATH": str(PROJECT_ROOT)}
    )
    try:
        wait_until_it_answers(chosen, process)
        assert hard > ServingSettings().max_connections, (
            "this machine allows too few descriptors for these tests"
        )
        yield chosen
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://{HOST}:{port}", timeout=PATIENCE)
            return
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextlib.contextmanager
def connections(port: int, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as opened:
        opened = [
            opened.enter_context(socket.create_connection((HOST, port), timeout=PATIENCE))
            for _ in range(count)
        ]
        yield opened


def wait_until_closed(connection: socket.socket) -> bool:
    """Wait until the server has ended the connection."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(4096):
            pass
    return True


def test_three_hundred_silent_connections_do_not_keep_other_clients_out(port: int) -> None:
    with connections(port, 300):
        assert httpx.get(f"http://{HOST}:{port}", timeout=PATIENCE).status_code == 200


def test_as_many_descriptors_may_be_opened_as_the_machine_allows(port: int) -> None:
    soft, hard = httpx.get(f"http://{HOST}:{port}", timeout=PATIENCE).text.split()
    assert soft == hard
    assert int(soft) > SOFT_LIMIT


def test_connections_beyond_the_limit_wait_until_silent_ones_are_closed(port: int) -> None:
    with connections(port, ServingSettings().max_connections + 50):
        assert httpx.get(f"http://{HOST}:{port}", timeout=PATIENCE).status_code == 200


def test_a_connection_without_a_complete_head_in_time_is_closed_and_a_websocket_stays(
    port: int,
) -> None:
    talk = Client(f"ws://{HOST}:{port}/")
    with connections(port, 3) as (silent, trickle, kept):
        kept.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        trickle.sendall(b"GET / HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionError):
            while not select.select([trickle], [], [], 0.2)[0]:
                trickle.sendall(b"X")
        assert wait_until_closed(trickle)
        assert wait_until_closed(silent)
        assert wait_until_closed(kept)
        talk.send("still here")
        assert talk.receive(PATIENCE) == "still here"
    talk.close()
