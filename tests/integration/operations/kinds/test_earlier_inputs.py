"""A home folder with operations that were started by the previous release: their inputs did not say which steps
they have, and the step that read the schema did not keep it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.db import engine as database
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine
from proto_ddf.operations.journal import records
from proto_ddf.settings import PROJECT_ROOT
from proto_ddf.sources.connected import store
from tests.homes import close_databases
from tests.integration.operations.conftest import Workshop

EARLIER_HOME = PROJECT_ROOT / "tests" / "unit" / "db" / "earlier_homes" / "0004.sql"
SQLITE_STEPS = ("find_file", "open", "read_tables", "save")
FILE_STEPS = ("find_files", "read_format", "infer_types", "check_shape", "save")
NOW = "2026-11-22 07:00:00.000000"


class EarlierRelease:
    """Writes the records that the previous release left."""

    def __init__(self, home: Path) -> None:
        self._journal = home / "proto_ddf.db"
        for path in home.glob("proto_ddf.db*"):
            path.unlink()
        self._run(lambda db: db.executescript(EARLIER_HOME.read_text()))

    def leave_source(self, name: str, kind: str, config: dict[str, Any], schema: Any) -> None:
        values = (name, name.title(), kind, json.dumps(config), json.dumps(schema), NOW, NOW)
        self._run(
            lambda db: db.execute(
                "INSERT INTO source (id, name, kind, config, table_schema, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        )

    def leave(self, kind: str, given: dict[str, Any], steps: tuple[str, ...], done: int) -> str:
        """Write an operation that failed after `done` steps; returns its id."""
        values = (kind, kind, kind, kind, json.dumps(given), NOW, NOW, NOW)
        states = ["SUCCEEDED"] * done + ["FAILED"] + ["PENDING"] * (len(steps) - done - 1)

        def insert(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT INTO operation (id, kind, title, subject, user_id, input, state, run,"
                " created_at, started_at, finished_at)"
                " VALUES (?, ?, ?, ?, 'anonymous', ?, 'FAILED', 1, ?, ?, ?)",
                values,
            )
            db.executemany(
                "INSERT INTO operation_step (operation_id, position, name, title, state, message,"
                " runs, attempt, attempts, output) VALUES (?, ?, ?, ?, ?, '', 1, 0, 0, ?)",
                [
                    (kind, n, name, name, state, '{"finding": "as before"}')
                    for n, (name, state) in enumerate(zip(steps, states, strict=True))
                ],
            )

        self._run(insert)
        return kind

    def _run(self, change: Callable[[sqlite3.Connection], object]) -> None:
        with closing(sqlite3.connect(self._journal)) as db, db:
            change(db)


@pytest.fixture
def earlier(prepared_home: Path) -> Iterator[EarlierRelease]:
    yield EarlierRelease(prepared_home)
    engine.shutdown()
    close_databases()


def try_again(workshop: Workshop, operation_id: str):
    engine.launch()
    service.retry(operation_id)
    return workshop.wait(operation_id, "succeeded", "failed")


def test_a_refresh_that_failed_at_its_last_step_reads_the_schema_again(
    earlier, workshop_in, shop_file: Path
):
    earlier.leave_source("shop", "sqlite", {"path": str(shop_file)}, {"tables": []})
    failed = earlier.leave("refresh_source", {"source_id": "shop"}, SQLITE_STEPS, 3)
    done = try_again(workshop_in, failed)
    assert done.state == "succeeded"
    assert [step.runs for step in done.steps] == [1, 1, 2, 2]
    assert {t.name for t in store.get_source("shop").schema.tables} == {"customer", "invoice"}


def test_a_refresh_that_failed_in_the_middle_continues_there(earlier, workshop_in, shop_file: Path):
    earlier.leave_source("shop", "sqlite", {"path": str(shop_file)}, {"tables": []})
    failed = earlier.leave("refresh_source", {"source_id": "shop"}, SQLITE_STEPS, 1)
    done = try_again(workshop_in, failed)
    assert done.state == "succeeded"
    assert [step.runs for step in done.steps] == [1, 2, 2, 2]


def test_a_connection_that_failed_at_its_last_step_is_saved(
    earlier, workshop_in, people_file: Path
):
    config = {"paths": [str(people_file)]}
    given = {"name": "People", "kind": "csv", "config": config, "source_id": None}
    failed = earlier.leave("connect_source", given, FILE_STEPS, 4)
    done = try_again(workshop_in, failed)
    assert done.state == "succeeded"
    assert [step.runs for step in done.steps] == [1, 1, 2, 1, 2]
    assert store.get_source(failed).schema.table("people").primary_key == ("id",)


def test_a_choice_of_type_that_failed_is_made(
    earlier, workshop_in, people_file: Path, people_schema
):
    earlier.leave_source("people", "csv", {"paths": [str(people_file)]}, people_schema)
    given = {"source_id": "people", "table": "people", "column": "id", "type": "text", "empty": []}
    failed = earlier.leave("type_column", given, FILE_STEPS, 2)
    assert try_again(workshop_in, failed).state == "succeeded"
    assert store.get_source("people").schema.table("people").column("id").type == "text"


@pytest.fixture
def people_schema() -> dict[str, Any]:
    """The schema of the file of people, as it was read before."""
    columns = [{"name": "id", "type": "integer"}, {"name": "name", "type": "text"}]
    return {"tables": [{"name": "people", "columns": columns}]}


@pytest.mark.parametrize("steps", [SQLITE_STEPS, FILE_STEPS])
def test_a_refresh_of_a_deleted_source_is_reported(earlier, workshop_in, steps):
    failed = earlier.leave("refresh_source", {"source_id": "gone"}, steps, 1)
    assert try_again(workshop_in, failed).error["code"] == "source_required"


@pytest.mark.parametrize("imported", [True, False])
def test_a_regeneration_has_the_steps_it_was_started_with(earlier, imported: bool):
    steps = ["validate", "render", "import", "install", "build", "restart", "check"]
    if not imported:
        steps.remove("import")
    failed = earlier.leave("regenerate_app", {"slug": "shop", "add_tables": []}, tuple(steps), 3)
    database.migrate()
    assert records.read(failed).input == {"slug": "shop", "add_tables": [], "imported": imported}
