"""The database servers of the tests: private, unprivileged, and ended when the tests end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.ports import HOST
from tests.servers.database_server import Database, DatabaseServer, is_alive
from tests.servers.fixtures import CLASSES
from tests.servers.waiting import wait_until

ROOT = Path(__file__).parents[3]


def test_a_database_has_its_own_user(server_database: Database) -> None:
    server_database.run("CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1)")
    assert server_database.run("SELECT a FROM t") == [(1,)]
    with pytest.raises(Exception, match=r"denied|authentication failed"):
        server_database.server.run("SELECT 1", login=(server_database.user, "wrong"))


def test_it_is_private_and_unprivileged(server: DatabaseServer) -> None:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    assert process.uids().effective != 0
    inet = [each.laddr.ip for each in process.net_connections("inet") if each.status == "LISTEN"]
    assert set(inet) == {HOST}
    assert server.folder.stat().st_mode & 0o077 == 0


def test_committed_rows_survive_a_kill(own_server: DatabaseServer) -> None:
    database = own_server.create_database()
    database.run("CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1)")
    port = own_server.port
    own_server.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port))
    own_server.start()
    assert database.run("SELECT a FROM t") == [(1,)]
    own_server.restart()
    assert (database.run("SELECT a FROM t"), own_server.port) == ([(1,)], port)


def test_a_paused_server_hangs(own_server: DatabaseServer) -> None:
    own_server.pause()
    with socket.create_connection((HOST, own_server.port), timeout=0.2) as client:
        with pytest.raises(TimeoutError):
            client.recv(1)
        own_server.resume()
        client.settimeout(120)
        if own_server.kind == "mysql":  # the server that sends the first message
            assert client.recv(1)
    assert own_server.run("SELECT 1") == [(1,)]


def test_a_prepared_server_is_down(make_server: Callable[..., Any], server_kind: str) -> None:
    prepared = make_server(server_kind, start=False)
    assert not prepared.running
    prepared.start()
    assert prepared.run("SELECT 1") == [(1,)]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder with a short path that any user may enter, unlike those that pytest makes."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_it_ends_with_the_tests(server_kind: str, open_folder: Path) -> None:
    if reason := CLASSES[server_kind].missing():
        pytest.skip(reason)
    script = (
        f"import signal\nfrom tests.servers.fixtures import CLASSES\nserver = CLASSES[{server_kind!r}]()\n"
        "server.start()\nprint(server.process.pid, flush=True)\nsignal.pause()\n"
    )
    tests = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(open_folder)},
    )
    assert tests.stdout is not None
    server = psutil.Process(int(tests.stdout.readline()))
    processes = [server, *server.children(recursive=True)]
    os.kill(tests.pid, signal.SIGKILL)
    tests.wait()
    tests.stdout.close()
    wait_until(lambda: not any(map(is_alive, processes)))
