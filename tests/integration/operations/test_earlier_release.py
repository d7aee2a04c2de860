"""A home folder with operations that were run by the previous release: DBOS checkpointed each step of a workflow
that had the operation's id, and the journal had no runs."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf.operations import service
from proto_ddf.operations.engine import engine
from proto_ddf.operations.model import Kind, Step, register
from proto_ddf.settings import PROJECT_ROOT
from tests.homes import close_databases
from tests.integration.operations.conftest import Given, Workshop

EARLIER_HOME = PROJECT_ROOT / "tests" / "unit" / "db" / "earlier_homes" / "0003.sql"
STEPS = ("first", "second", "third")


class EarlierRelease:
    """Writes what the previous release left: in the journal the step that an operation had reached, and its
    workflow in DBOS."""

    def __init__(self, home: Path) -> None:
        self._journal = home / "proto_ddf.db"
        self._queue = home / "operations.db"
        self._journal.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._journal)) as db:
            db.executescript(EARLIER_HOME.read_text())

    def leave(
        self,
        operation_id: str,
        state: str,
        steps: tuple[str, str, str],
        workflow: str | None,
        over: bool,
    ) -> None:
        """Write an operation with the states of its steps, and the state of its workflow."""
        finished_at = "2026-11-22 07:00:01.000000" if over else None
        done = {
            name: f"{name} of {operation_id}"
            for name, s in zip(STEPS, steps, strict=True)
            if s == "SUCCEEDED"
        }
        with closing(sqlite3.connect(self._journal)) as db, db:
            db.execute(
                "INSERT INTO operation VALUES(?,'test','Make shop','shop','anonymous',?,?,?,"
                "'2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000',?)",
                (operation_id, json.dumps({"name": "shop"}), json.dumps(done), state, finished_at),
            )
            db.executemany(
                "INSERT INTO operation_step"
                " (operation_id, position, name, title, state, message, runs, attempt, attempts)"
                " VALUES (?, ?, ?, ?, ?, '', 1, 0, 0)",
                [
                    (operation_id, n, name, name.title(), each)
                    for n, (name, each) in enumerate(zip(STEPS, steps, strict=True))
                ],
            )
        if workflow:
            self._leave_workflow(operation_id, workflow)

    def _leave_workflow(self, operation_id: str, state: str) -> None:
        queue = "operations" if state == "ENQUEUED" else None
        executor = None if state == "ENQUEUED" else "proto-ddf"
        with closing(sqlite3.connect(self._queue)) as db, db:
            db.execute(
                "INSERT INTO workflow_status (workflow_uuid, status, name, executor_id, queue_name,"
                " application_version, created_at, updated_at, priority)"
                " VALUES (?, ?, 'operation', ?, ?, '1', 0, 0, 0)",
                (operation_id, state, executor, queue),
            )


class Steps:
    """The steps of the kind of those operations; `ran` lists each step that was run, with its operation."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, str]] = []
        self.undone: list[str] = []
        steps = [Step(name, name.title(), self._run(name)) for name in STEPS]
        register(Kind("test", lambda _: "", Given, tuple(steps), undo=self._undo))

    def _run(self, name):
        def run(context):
            self.ran.append((context.operation_id, name))
            return [*context.outputs.values()]

        return run

    def _undo(self, context) -> None:
        self.undone.append(context.operation_id)


@pytest.fixture
def earlier(prepared_home: Path) -> Iterator[EarlierRelease]:
    yield EarlierRelease(prepared_home)
    engine.shutdown()
    close_databases()


@pytest.fixture
def steps(earlier: EarlierRelease) -> Steps:
    return Steps()


def workflows(home: Path) -> dict[str, str]:
    with closing(sqlite3.connect(home / "operations.db")) as db:
        return dict(db.execute("SELECT workflow_uuid, status FROM workflow_status").fetchall())


@pytest.mark.parametrize("workflow", ["PENDING", "ENQUEUED", None])
def test_an_operation_pending_in_the_middle_continues_with_its_outputs(
    earlier, steps, workshop_in: Workshop, home, workflow
):
    earlier.leave("midway", "RUNNING", ("SUCCEEDED", "RUNNING", "PENDING"), workflow, False)
    engine.launch()
    done = workshop_in.wait("midway", "succeeded", "failed")
    assert done.state == "succeeded"
    assert steps.ran == [("midway", "second"), ("midway", "third")]
    assert done.output["second"] == ["first of midway"]
    assert done.output["third"] == ["first of midway", ["first of midway"]]
    workshop_in.wait_queue_empty()
    assert workflows(home).get("midway") == (workflow and "CANCELLED")


def test_an_operation_that_had_not_begun_runs_from_its_start(earlier, steps, workshop_in):
    earlier.leave("waiting", "PENDING", ("PENDING",) * 3, "ENQUEUED", False)
    engine.launch()
    workshop_in.wait("waiting", "succeeded")
    assert steps.ran == [("waiting", name) for name in STEPS]


def test_a_failed_operation_can_be_tried_again(earlier, steps, workshop_in):
    earlier.leave("failed", "FAILED", ("SUCCEEDED", "FAILED", "PENDING"), "ERROR", True)
    engine.launch()
    assert service.view("failed").state == "failed"
    service.retry("failed")
    done = workshop_in.wait("failed", "succeeded")
    assert steps.ran == [("failed", "second"), ("failed", "third")]
    assert done.output["first"] == "first of failed"


def test_a_finished_operation_stays_as_it_was(earlier, steps, workshop_in):
    earlier.leave("done", "SUCCEEDED", ("SUCCEEDED",) * 3, "SUCCESS", True)
    earlier.leave("cancelled", "CANCELLED", ("SUCCEEDED", "CANCELLED", "CANCELLED"), None, True)
    engine.launch()
    assert service.view("done").output == {name: f"{name} of done" for name in STEPS}
    assert service.view("cancelled").state == "cancelled"
    assert (steps.ran, steps.undone) == ([], [])


def test_a_pending_clean_up_is_done(earlier, steps, workshop_in):
    earlier.leave("owed", "CANCELLED", ("SUCCEEDED", "CANCELLED", "CANCELLED"), "CANCELLED", False)
    engine.launch()
    workshop_in.wait_cleaned_up("owed")
    assert (steps.ran, steps.undone) == ([], ["owed"])
