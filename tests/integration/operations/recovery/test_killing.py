"""kill -9 of a real server in each step of a repair, and its next start."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.db.tables import AppState
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine
from tests.homes import close_databases
from tests.integration.operations.conftest import _until
from tests.integration.operations.forked_servers import SERVERS
from tests.integration.operations.kinds.regenerate.driving import SLUG
from tests.integration.operations.recovery import repair_server
from tests.integration.operations.recovery.driving import attempts

STEPS = ("precondition", "move", "verify", "go_on")


class Server:
    """A server process, which dies in a step if `kill_in` names one."""

    def __init__(self, kill_in: str = "") -> None:
        self._commands, its_commands = SERVERS.Pipe()
        arguments = (its_commands, dict(os.environ), _until, kill_in)
        self.process = SERVERS.Process(target=repair_server.serve, args=arguments)
        self.process.start()
        its_commands.close()
        assert self._commands.recv() == "launched"

    def start_app(self) -> None:
        """Let it start the app, fail, and repair."""
        self._commands.send(SLUG)

    def wait_killed(self) -> None:
        self.process.join(120)
        assert self.process.exitcode == -signal.SIGKILL

    def end(self) -> None:
        self._commands.close()
        self.process.join(120)
        if self.process.is_alive():
            self.process.kill()


@pytest.fixture
def taken(app: Path) -> Iterator[int]:
    """The port of the app, which ran once, in use by another program; no server runs."""
    hosted.start_app(SLUG)
    hosted.stop_app(SLUG)
    engine.shutdown()
    close_databases()
    port = records.read(SLUG).frontend_port
    assert port is not None
    with socket.create_server(("127.0.0.1", port)):
        yield port


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_next_server_finishes_the_repair(
    taken: int, until: Callable[..., Any], step: str, moment: str
) -> None:
    first = Server(f"{step} {moment}")
    first.start_app()
    first.wait_killed()
    second = Server()
    try:
        until(lambda: attempts() == [("other_port", "verified")])
        [failed] = [each.id for each in service.recent(kind="start_app")]
        until(lambda: service.view(failed).state == "succeeded")  # type: ignore[union-attr]
        until(lambda: all(each.state == "succeeded" for each in service.recent()))
    finally:
        second.end()
    app = records.read(SLUG)
    assert app.frontend_port != taken
    assert app.state in (AppState.RUNNING, AppState.STARTING)
    assert len(service.recent()) == 2
