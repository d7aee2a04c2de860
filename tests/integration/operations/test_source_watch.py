"""The watch of sources, with real files and real database servers that go down and come back."""

import contextlib
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.db import engine
from proto_ddf.operations.watches import source_watch
from proto_ddf.operations.watches.source_watch import SourceWatch
from proto_ddf.operations.watches.watched_source import Report
from proto_ddf.resilience import BreakerState, Policy, policies
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.resilient import SYSTEM
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.servers import engines
from proto_ddf.sources.sqlite import connecting
from tests.homes import close_databases
from tests.policies import fresh_policies
from tests.servers.database_server import Database, DatabaseServer

SOON_SECONDS = 120.0


class Watching:
    """A watch whose checks are run by the code that waits for their result."""

    def __init__(self) -> None:
        self.watch = SourceWatch()

    def until(self, source_id: str, state: str) -> Report:
        """Run checks until the source is in that state."""
        return self.until_so(source_id, lambda report: report.health.state == state)

    def until_so(self, source_id: str, so: Callable[[Report], bool]) -> Report:
        """Run checks until `so` is true of the report."""
        deadline = time.monotonic() + SOON_SECONDS
        while True:
            self.watch.tick()
            report = self.watch.report(source_id)
            if report and so(report):
                return report
            assert time.monotonic() < deadline, report
            time.sleep(0.02)


@pytest.fixture
def watching(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watching]:
    monkeypatch.setenv("SOURCE_CHECK_SECONDS", "0.01")
    fresh_policies(monkeypatch, source={"circuit_breaker_reset_timeout_ms": 200})
    engine.migrate()
    watching = Watching()
    yield watching
    watching.watch.close()
    engines.dispose_all()
    close_databases()


def save(kind: str, config: dict[str, Any]) -> str:
    return store.save_source("Shop", kind, config, SourceSchema(tables=())).id


@pytest.fixture
def notes(watching: Watching) -> Path:
    """A database in the uploads folder."""
    path = get_settings().uploads_folder / "notes.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY)")
    return path


def test_a_missing_file_needs_attention_until_it_is_back(watching: Watching, notes: Path) -> None:
    source_id = save("sqlite", {"path": str(notes)})
    assert watching.until(source_id, "connected").connections is None
    away = notes.rename(notes.with_suffix(".away"))
    gone = watching.until(source_id, "attention").health
    assert gone.failure is not None
    assert (gone.failure.code, bool(gone.message and gone.hint)) == ("source_gone", True)
    away.rename(notes)
    back = watching.until(source_id, "connected").health
    assert re.fullmatch(r"Connected again after \d+ seconds?\.", back.message)
    assert back.last_failure == gone.failure


def test_a_file_is_unreachable_while_another_program_locks_it(
    watching: Watching, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.1)
    source_id = save("sqlite", {"path": str(notes)})
    watching.until(source_id, "connected")
    with contextlib.closing(sqlite3.connect(notes)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        failure = watching.until(source_id, "unreachable").health.failure
        assert failure is not None
        assert failure.code == "sqlite_locked"
    watching.until(source_id, "connected")


def test_csv_files_are_watched_too(watching: Watching) -> None:
    path = get_settings().uploads_folder / "people.csv"
    path.write_text("name\nAnn\n")
    source_id = save("csv", {"paths": [str(path)]})
    watching.until(source_id, "connected")
    path.unlink()
    assert watching.until(source_id, "attention").health.failure
    path.write_text("name\nAnn\n")
    watching.until(source_id, "connected")


def breaker_state(target: Policy) -> BreakerState:
    assert target.breaker is not None
    return target.breaker.state


class TestServers:
    @pytest.fixture
    def database(self, watching: Watching, own_server: DatabaseServer) -> Database:
        return own_server.create_database()

    def test_a_server_that_was_killed_is_connected_again_without_a_click(
        self, watching: Watching, database: Database
    ) -> None:
        source_id = save(database.server.kind, database.config())
        first = watching.until(source_id, "connected").connections
        assert first is not None
        assert (first.connects, first.reconnects) == (1, 0)

        database.server.kill()
        down = watching.until(source_id, "unreachable").health
        assert down.failure is not None
        assert down.failure.transient
        assert down.message
        watching.until_so(source_id, lambda report: report.pause > 0)

        database.server.start()
        back = watching.until(source_id, "connected")
        assert "Connected again after" in back.health.message
        assert back.connections is not None
        assert (back.connections.connects, back.connections.reconnects) == (2, 1)
        assert back.health.last_failure is not None
        [target] = [each for each in policies() if each.system == SYSTEM]
        watching.until_so(source_id, lambda _: breaker_state(target) is BreakerState.CLOSED)

    def test_a_server_that_does_not_answer_is_unreachable(
        self, watching: Watching, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(source_watch, "CHECK_TIMEOUT_SECONDS", 0.5)
        source_id = save(database.server.kind, database.config())
        watching.until(source_id, "connected")
        database.server.pause()
        watching.until(source_id, "unreachable")
        database.server.resume()
        watching.until(source_id, "connected")

    def test_a_restart_between_two_checks_causes_no_failure(
        self, watching: Watching, database: Database
    ) -> None:
        source_id = save(database.server.kind, database.config())
        watching.until(source_id, "connected")
        database.server.restart()
        watching.watch.check_soon(source_id)
        watching.until_so(
            source_id,
            lambda report: report.connections is not None and report.connections.reconnects == 1,
        )
        watching.until(source_id, "connected")

    def test_a_changed_password_needs_attention_and_opens_no_circuit(
        self, watching: Watching, database: Database
    ) -> None:
        source_id = save(database.server.kind, database.config())
        watching.until(source_id, "connected")
        change = {
            "postgresql": f"ALTER USER \"{database.user}\" PASSWORD 'another'",
            "mysql": f"ALTER USER '{database.user}'@'%' IDENTIFIED BY 'another'",
        }
        database.server.run(change[database.server.kind])
        database.server.restart()  # the connection in the pool signed in before
        wrong = watching.until(source_id, "attention")
        assert wrong.health.failure is not None
        assert wrong.health.failure.code == "authentication_failed"
        assert wrong.health.hint
        assert "another" not in repr(wrong)
        assert database.password not in repr(wrong)
        assert wrong.pause == 0.0
