"""kill -9 of a real server in each step of a repair, and its next start."""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.db.tables import AppState
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import previous_folder, sibling_folders
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine
from tests.homes import close_databases
from tests.integration.forked_servers import SERVERS
from tests.integration.operations.conftest import _until
from tests.integration.operations.kinds.regenerate.driving import SLUG
from tests.integration.operations.recovery import repair_server
from tests.integration.operations.recovery.driving import attempts, earlier

BROKEN = "broken"
"""With this file in its folder, the app ends at its start."""
MOMENTS = (
    *(("other_port", f"{step} after") for step in ("precondition", "move", "verify", "go_on")),
    ("other_port", "move before"),
    ("clear_caches", "clear_web after"),
    ("clear_caches", "build before"),
    ("restore_previous", "copy after"),
    ("restore_previous", "switch after"),
    ("restore_previous", "verify after"),
)


class Server:
    """A server process, which dies in a step of the strategy if `kill_in` names one."""

    def __init__(self, strategy: str, kill_in: str = "") -> None:
        self._commands, its_commands = SERVERS.Pipe()
        arguments = (its_commands, dict(os.environ), _until, strategy, kill_in)
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


def take_port(_app: Path) -> AbstractContextManager[object]:
    port = records.read(SLUG).frontend_port
    assert port is not None
    return socket.create_server(("127.0.0.1", port))


def break_build(app: Path) -> AbstractContextManager[object]:
    """Until its build is made again the app does not start."""
    (app / ".web" / BROKEN).touch()
    (app / BROKEN).symlink_to(Path(".web") / BROKEN)
    return nullcontext()


def break_after_regenerating(app: Path) -> AbstractContextManager[object]:
    earlier(app)
    (app / BROKEN).touch()
    return nullcontext()


DAMAGES = {
    "other_port": take_port,
    "clear_caches": break_build,
    "restore_previous": break_after_regenerating,
}


@pytest.fixture
def stopped(app: Path) -> Path:
    """The folder of an app that ran once; no server runs."""
    hosted.start_app(SLUG)
    hosted.stop_app(SLUG)
    engine.shutdown()
    close_databases()
    return app


@pytest.mark.parametrize(("strategy", "kill_in"), MOMENTS)
def test_the_next_server_finishes_the_repair(
    stopped: Path, until: Callable[..., Any], strategy: str, kill_in: str
) -> None:
    before = records.read(SLUG).frontend_port
    with DAMAGES[strategy](stopped):
        first = Server(strategy, kill_in)
        first.start_app()
        first.wait_killed()
        second = Server(strategy)
        try:
            until(lambda: attempts() == [(strategy, "verified")])
            [failed] = [each.id for each in service.recent(kind="start_app")]
            until(lambda: service.view(failed).state == "succeeded")  # type: ignore[union-attr]
            until(lambda: all(each.state == "succeeded" for each in service.recent()))
        finally:
            second.end()
    app = records.read(SLUG)
    assert (app.frontend_port != before) == (strategy == "other_port")
    assert app.state in (AppState.RUNNING, AppState.STARTING)
    assert len(service.recent()) == 2
    assert sibling_folders(SLUG) == [previous_folder(SLUG)] * (strategy == "restore_previous")
