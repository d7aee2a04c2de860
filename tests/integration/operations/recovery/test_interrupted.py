"""A kill at any moment of any repair leaves nothing half done, and the repair ends once.

The steps of each strategy run without a queue. Each is ended, as by a kill, at its first change of a file, at its second,
and so on, and begins anew each time, as at the next start of the server; what it does without an end is done twice.
"""

import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from proto_ddf.db.tables import AppState, utc_now
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import previous_folder, sibling_folders
from proto_ddf.operations.engine import engine
from proto_ddf.operations.journal.records import Run, read
from proto_ddf.operations.model import KINDS, StepContext
from proto_ddf.operations.recovery import recovery
from proto_ddf.operations.recovery.model import Cause, RecoverInput, RecoveryContext
from proto_ddf.operations.recovery.strategies import STRATEGIES
from proto_ddf.sources.connected import store
from proto_ddf.sources.servers import engines
from tests.integration.operations.kinds.regenerate.driving import SLUG, Killed
from tests.integration.operations.recovery.driving import attempts, digests, earlier
from tests.servers.database_server import DatabaseServer

_CHANGES = frozenset(
    {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.kill", "subprocess.Popen"}
)
_WRITES = os.O_WRONLY | os.O_RDWR


class Kill:
    """Ends the work of this thread at its change of that number, and whatever it does then to clean up. Without a number
    it only counts."""

    def __init__(self) -> None:
        self.at = sys.maxsize
        self.changes = 0
        self.thread = 0

    def heard(self, event: str, given: tuple[Any, ...]) -> None:
        if self.thread != threading.get_ident():
            return
        if event in _CHANGES or (event == "open" and (given[2] or 0) & _WRITES):
            self.changes += 1
            if self.changes >= self.at:
                raise Killed

    def reached(self, work: Callable[[], object], at: int) -> bool:
        """Do the work; whether it was ended."""
        self.at, self.changes, self.thread = at, 0, threading.get_ident()
        try:
            work()
        except Killed:
            return True
        finally:
            self.thread = 0
        return False


KILL = Kill()
sys.addaudithook(KILL.heard)


class Repair:
    """The repair by a strategy of an operation that failed, whose steps run one by one."""

    def __init__(self, name: str, failed: str, **about: str) -> None:
        retry_at = (utc_now() + timedelta(seconds=0.1)).isoformat()
        described = {
            "retry_possible": True,
            "code": "circuit_open",
            "context": {"retry_at": retry_at},
        }
        context = RecoveryContext(
            incident_id="incident", operation_id=failed, described=described, **about
        )
        strategy = STRATEGIES[name]
        attempt = recovery._start([strategy], Cause(code="app_crashed"), context)
        assert attempt is not None
        record = read(attempt.operation_id)
        assert record is not None
        self.id, self.given = record.id, RecoverInput.model_validate(record.input)
        self.steps = KINDS[strategy.kind].steps_for(self.given)

    def run(self) -> int:
        """Run each step, ended at each of its changes; returns how many there were."""
        ended = 0
        for step in self.steps:

            def work() -> None:
                step.run(StepContext(self.id, self.given, {}))  # noqa: B023 - called at once

            at = 1
            while KILL.reached(work, at):
                at += 1
            ended += at - 1
            work()
        return ended


@pytest.fixture
def failed(workshop: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[Run]]:
    """An operation that failed, and the runs that are handed to the queue from now on, which does nothing."""

    def explode(_context: object) -> None:
        raise OSError("no")

    operation_id = workshop.start(explode)
    workshop.wait(operation_id, "failed")
    handed: list[Run] = []
    monkeypatch.setattr(engine, "hand_over", handed.append)
    return operation_id, handed


def damage(name: str, app: Path) -> AbstractContextManager[object]:
    """Let the strategy have something to do."""
    if name == "other_port":
        port = records.read(SLUG).frontend_port
        assert port is not None
        return socket.create_server(("127.0.0.1", port))
    if name == "free_disk":
        (app.with_name("gone.next-gone") / "filler").mkdir(parents=True)
    if name == "restore_previous":
        earlier(app)
    if name == "reset_configuration":
        (app / "rxconfig.py").write_text("this is no configuration")
    return nullcontext()


@pytest.mark.parametrize(
    "name", [each.name for each in STRATEGIES.values() if each.target == "app"]
)
def test_of_an_app(given_up: Path, name: str, failed: tuple[str, list[Run]]) -> None:
    before, (operation_id, handed) = digests(given_up), failed
    with damage(name, given_up):
        assert Repair(name, operation_id, slug=SLUG).run() > 3
    assert digests(given_up) == before
    assert sibling_folders(SLUG) == [previous_folder(SLUG)] * (name == "restore_previous")
    assert records.read(SLUG).state is AppState.RUNNING
    assert len(processes_in(given_up)) == 1
    assert_it_ended_once(name, operation_id, handed)


def processes_in(place: Path) -> list[psutil.Process]:
    """Every process whose working folder it is."""
    found = (each for each in psutil.process_iter(["cwd"]) if each.info["cwd"] == str(place))
    return list(found)


def assert_it_ended_once(name: str, operation_id: str, handed: list[Run]) -> None:
    assert attempts() == [(name, "verified")]
    assert [run.operation_id for run in handed[1:]] == [operation_id]


@pytest.mark.parametrize("name", ["refresh_schema", "wait_for_circuit"])
def test_of_a_source(
    people: store.SourceView, people_file: Path, name: str, failed: tuple[str, list[Run]]
) -> None:
    people_file.write_text("id,name,place\n1,Ann,Rome\n")
    operation_id, handed = failed
    Repair(name, operation_id, source_id=people.id).run()
    columns = [column.name for column in store.get_source(people.id).schema.tables[0].columns]
    assert ("place" in columns) == (name == "refresh_schema")
    assert_it_ended_once(name, operation_id, handed)


def test_of_connections(postgres: DatabaseServer, failed: tuple[str, list[Run]]) -> None:
    database = postgres.create_database()
    database.run("CREATE TABLE customer (id INTEGER PRIMARY KEY)")
    source = store.make_source("postgresql", database.config())
    saved = store.save_source("S", "postgresql", database.config(), source.read_schema())
    operation_id, handed = failed
    Repair("reconnect", operation_id, source_id=saved.id).run()
    assert_it_ended_once("reconnect", operation_id, handed)
    engines.dispose_all()
    postgres.drop_database(database)
