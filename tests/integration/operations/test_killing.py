"""kill -9 of a real server process in the middle of operations, and its next start."""

import contextlib
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from proto_ddf.operations import service
from proto_ddf.operations.engine import engine, queue
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.files.uploads import upload_path
from tests.integration.forked_servers import SERVERS
from tests.integration.operations import server_process


class Server:
    """A running server process."""

    def __init__(self, **variables: str) -> None:
        self._commands, its_commands = SERVERS.Pipe()
        environment = {**os.environ, **variables}
        self._process = SERVERS.Process(
            target=server_process.serve, args=(its_commands, environment)
        )
        self._process.start()
        its_commands.close()
        self.first_answer = self._receive()

    def request(self, command: str) -> str:
        self.send(command)
        return self._receive()["result"]

    def send(self, command: str) -> None:
        """Send a command without waiting for the answer."""
        self._commands.send(command)

    def wait_killed(self) -> None:
        """Wait until it has killed itself."""
        self._process.join(120)
        assert self._process.exitcode == -signal.SIGKILL

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def end(self) -> int | None:
        """Let it shut down; returns its exit code."""
        self._commands.close()
        self._process.join(120)
        return self._process.exitcode

    def is_running(self) -> bool:
        return self._process.is_alive()

    def _receive(self) -> dict[str, str]:
        try:
            return self._commands.recv()
        except EOFError:
            return {}


class House:
    """A home folder, and the servers started on it."""

    def __init__(self, home: Path, until: Callable[..., object]) -> None:
        self.home = home
        self.until = until
        self._servers: list[Server] = []

    def server(self, **variables: str) -> Server:
        server = Server(**variables)
        self._servers.append(server)
        return server

    def effects(self) -> list[str]:
        file = self.home / "effects.txt"
        return file.read_text().split("\n")[:-1] if file.exists() else []

    def open(self) -> None:
        (self.home / "open").touch()

    def wait_for_effect(self, effect: str, times: int = 1) -> None:
        self.until(lambda: self.effects().count(effect) == times)

    def wait(self, operation_id: str, state: str) -> OperationView:
        def reached() -> OperationView | None:
            view = service.view(operation_id)
            return view if view and view.state == state else None

        return self.until(reached)

    def end(self) -> None:
        for server in self._servers:
            if server.is_running():
                server.kill()
        for effect in self.effects():
            if effect.startswith("child"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(effect.split()[1]), signal.SIGKILL)


def _is_gone(process: psutil.Process) -> bool:
    """Whether the process has ended; an orphan stays a zombie for a moment."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def house(prepared_home: Path, until: Callable[..., object]) -> Iterator[House]:
    house = House(prepared_home, until)
    yield house
    house.end()


@pytest.mark.parametrize("killed_in", ["one", "two", "three"])
def test_an_operation_continues_after_a_kill_and_finished_steps_are_not_run_again(house, killed_in):
    first = house.server()
    operation_id = first.request(f"start plain {killed_in}")
    house.wait_for_effect(killed_in)
    first.kill()
    house.open()
    house.server()
    done = house.wait(operation_id, "succeeded")
    times = {name: house.effects().count(name) for name in ("one", "two", "three")}
    assert times == {"one": 1, "two": 1, "three": 1, killed_in: 2}
    assert [s.runs for s in done.steps] == list(times.values())
    assert done.output == {"one": "one", "two": "two", "three": "three"}


WRITES = 9
"""The writes of an operation of three steps: recorded, begun, each step started and succeeded, and finished."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_before_or_after_any_write_of_the_journal_loses_and_repeats_nothing(house, moment):
    for number in range(1, WRITES + 1):
        known = {view.id for view in service.recent()} if number > 1 else set()
        (house.home / "effects.txt").unlink(missing_ok=True)
        dying = house.server(KILL_AT=f"{moment} {number}")
        dying.send("start plain")
        dying.wait_killed()
        server = house.server()
        started = {view.id for view in service.recent()} - known
        assert len(started) == (0 if (moment, number) == ("before", 1) else 1)
        for operation_id in started:
            done = house.wait(operation_id, "succeeded")
            assert done.output == {"one": "one", "two": "two", "three": "three"}
            assert [s.runs for s in done.steps] == [
                1 + (each == interrupted_step(moment, number)) for each in range(3)
            ]
            assert [e for n, e in enumerate(house.effects()) if e not in house.effects()[:n]] == [
                "one",
                "two",
                "three",
            ]
            assert len(house.effects()) <= 4
        server.kill()


def interrupted_step(moment: str, number: int) -> int | None:
    """The position of the step that had been started and had not succeeded when the server was killed around that
    write."""
    # The first two writes record and begin the operation.
    written = number - (moment == "before") - 2
    return written // 2 if 0 < written < 6 and written % 2 else None


def test_several_kills_lose_nothing(house):
    server = house.server()
    operation_id = server.request("start plain two")
    for times in (1, 2, 3):
        house.wait_for_effect("two", times)
        server.kill()
        server = house.server()
    house.open()
    house.wait(operation_id, "succeeded")
    assert house.effects().count("one") == 1


def test_several_operations_continue_at_once_after_a_kill(house):
    server = house.server()
    ids = [server.request("start plain two") for _ in range(10)]
    house.wait_for_effect("two", 10)
    server.kill()
    house.server()
    house.wait_for_effect("two", 20)
    house.open()
    for operation_id in ids:
        house.wait(operation_id, "succeeded")
    assert house.effects().count("one") == 10
    assert house.effects().count("three") == 10


def test_operations_in_the_queue_are_not_lost_by_a_kill(house):
    server = house.server()
    at_once = 2 * engine.CONCURRENCY
    ids = [server.request("start plain two") for _ in range(at_once + 8)]
    house.until(lambda: house.effects().count("two") >= at_once)
    time.sleep(5 * queue.POLLING_SECONDS)
    assert house.effects().count("one") < len(ids)
    server.kill()
    house.open()
    house.server()
    for operation_id in ids:
        house.wait(operation_id, "succeeded")
    assert house.effects().count("one") == len(ids)


def test_try_again_works_after_a_kill(house):
    server = house.server()
    operation_id = server.request("start flaky")
    house.wait(operation_id, "failed")
    server.kill()
    server = house.server()
    failed = service.view(operation_id)
    assert failed.error["code"] == "timeout"
    assert failed.can_retry
    house.open()
    assert server.request(f"retry {operation_id}") == "done"
    house.wait(operation_id, "succeeded")
    assert house.effects() == ["one", "flaky", "flaky", "three"]


def test_the_child_of_a_killed_server_is_ended_before_its_step_runs_again(house):
    server = house.server()
    operation_id = server.request("start child")
    house.until(lambda: len(house.effects()) == 2)
    server.kill()
    orphan = psutil.Process(int(house.effects()[1].split()[1]))
    assert orphan.is_running()
    house.server()
    house.until(lambda: len(house.effects()) == 3)
    assert _is_gone(orphan)
    house.open()
    house.wait(operation_id, "succeeded")


def test_the_child_is_ended_when_the_operation_is_cancelled_instead(house):
    server = house.server()
    operation_id = server.request("start child")
    house.until(lambda: len(house.effects()) == 2)
    child = psutil.Process(int(house.effects()[1].split()[1]))
    server.request(f"cancel {operation_id}")
    house.until(lambda: service.view(operation_id).finished_at)
    assert _is_gone(child)


def test_a_clean_up_interrupted_by_a_kill_is_done_at_the_next_start(house):
    server = house.server()
    operation_id = server.request("start plain two")
    house.wait_for_effect("two")
    server.request(f"cancel {operation_id}")
    house.wait_for_effect("undo")
    server.kill()
    assert service.view(operation_id).finished_at is None
    house.server()
    house.wait_for_effect("undo", 2)
    house.open()
    house.until(lambda: service.view(operation_id).finished_at)
    assert house.effects()[-1] == "undone"
    assert service.view(operation_id).state == "cancelled"
    assert house.effects().count("two") == 1


def test_a_server_that_is_stopped_leaves_its_operations_for_the_next_one(house):
    server = house.server()
    operation_id = server.request("start plain two")
    house.wait_for_effect("two")
    assert server.end() == 0
    assert service.view(operation_id).state == "pending"
    house.open()
    house.server()
    assert house.wait(operation_id, "succeeded").steps[1].runs == 2


def test_a_second_server_on_the_same_home_is_refused(house):
    server = house.server()
    operation_id = server.request("start plain two")
    house.wait_for_effect("two")
    assert house.server().first_answer == {"refused": "home_locked"}
    assert service.view(operation_id).steps[1].state == "running"
    server.kill()
    assert house.server().first_answer == {"launched": True}


def test_housekeeping_interrupted_by_kills_is_done_at_the_next_start(house, monkeypatch):
    monkeypatch.setenv("KEEP_OPERATIONS", "2")
    server = house.server()
    ids = [server.request("start plain") for _ in range(12)]
    for operation_id in ids:
        house.wait(operation_id, "succeeded")
    uploads = [upload_path(f"{n}.csv") for n in range(12)]
    for path in uploads:
        path.touch()
        os.utime(path, (0, 0))
        os.utime(path.parent, (0, 0))
    for milliseconds in (1, 5, 15, 30):
        server.send("remove_expired")
        time.sleep(milliseconds / 1000)
        server.kill()
        server = house.server()
        assert server.first_answer == {"launched": True}

    def all_done() -> bool:
        server.request("remove_expired")
        with closing(sqlite3.connect(house.home / "operations.db")) as db:
            known = db.execute(
                "select workflow_uuid from workflow_status"
                " union select workflow_uuid from operation_outputs"
            ).fetchall()
        return known == []

    house.until(all_done)  # DBOS may not have recorded the end of a run yet
    assert {view.id for view in service.recent()} == set(ids[-2:])
    assert not any(path.parent.exists() for path in uploads)
    assert [path.name for path in (house.home / "uploads").glob(".removed-*")] == []
    assert set(json.loads(server.request("remove_expired")).values()) == {0}
