"""Records that cannot be read, as those of a later release, keep nothing else from starting, and are reported.

There are two of each: a running operation, a failed one whose error was not stored, a cancelled one that is not cleaned up,
an app that should run, and a repair that a killed server left. One of the two is damaged, then the server starts."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from threading import Event
from typing import Any

import pytest

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    AppState,
    OperationRecord,
    OperationState,
    RecoveryAttemptRecord,
    RecoveryState,
    StepRecord,
    StepState,
    utc_now,
)
from proto_ddf.errors import describe
from proto_ddf.hosting import records
from proto_ddf.hosting.watcher import adopt_all
from proto_ddf.monitoring import intake, own_errors
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations.engine import engine
from proto_ddf.operations.journal.records import read
from proto_ddf.operations.recovery import runner
from proto_ddf.operations.recovery.model import Cause, RecoverInput
from proto_ddf.settings import get_settings
from tests.integration.operations.recovery.driving import attempts

DAMAGES = (
    {
        "operation bad-running": "update operation set input = '{' where id = 'bad-running'",
        "operation bad-failed": "update operation_step set error = '{' where operation_id = 'bad-failed'",
        "app bad": "update app set spec = '{' where slug = 'bad'",
        "repair bad-repair": """update operation set input = '{"later": 1}' where id = 'bad-repair'""",
    },
    {
        "operation bad-running": "update operation set created_at = 'never' where id = 'bad-running'",
        "operation bad-failed": """update operation_step set error = '{"code": "later"}' where operation_id = 'bad-failed'""",
        "app bad": "update app set state = 'LATER' where slug = 'bad'",
        "repair bad-repair": "update operation set input = '{' where id = 'bad-repair'",
    },
    {
        "operation bad-running": "update operation_step set output = '{' where operation_id = 'bad-running'",
        "operation bad-failed": "update operation set input = '{' where id = 'bad-failed'",
        "operation bad-cancelled": "update operation_step set output = '{' where operation_id = 'bad-cancelled'",
        "repair bad-repair": "update operation set state = 'LATER' where id = 'bad-repair'",
    },
)
"""By what is reported of the work that failed."""


def add_operation(name: str, kind: str, state: OperationState, step: StepState) -> None:
    with session() as opened:
        opened.add(OperationRecord(id=name, kind=kind, title=name, state=state))
        opened.flush()
        at = None if state in (OperationState.RUNNING, OperationState.CANCELLED) else utc_now()
        error = describe(OSError(name)) if step is StepState.FAILED else None
        title = "Work"
        opened.add(
            StepRecord(
                operation_id=name,
                position=0,
                name="work",
                title=title,
                state=step,
                error=error,
                finished_at=at,
            )
        )
        opened.commit()


def add_repair(name: str) -> None:
    add_operation(f"{name}-repair", "recover_restart", OperationState.FAILED, StepState.FAILED)
    given = RecoverInput(incident_id="incident", name=name, slug=name, cause=Cause(code="unknown"))
    with session() as opened:
        record = opened.get_one(OperationRecord, f"{name}-repair")
        record.input = given.model_dump(mode="json")
        opened.add(
            RecoveryAttemptRecord(
                incident_id="incident",
                subject=name,
                strategy="restart",
                operation_id=record.id,
                number=1,
            )
        )
        opened.add(AppRecord(slug=name, name=name, state=AppState.RUNNING, wanted_running=True))
        opened.commit()


@pytest.fixture
def cleaned(workshop: Any) -> Event:
    """Set when the good one of the cancelled operations is cleaned up; all records are written, and no server runs."""
    done = Event()

    def work(_context: object) -> None:
        """The step of all of them."""

    workshop.wait(
        workshop.start(
            work, undo=lambda context: context.operation_id.startswith("good") and done.set()
        ),
        "succeeded",
    )
    engine.shutdown()
    for name in ("bad", "good"):
        add_operation(f"{name}-running", "test", OperationState.RUNNING, StepState.SUCCEEDED)
        add_operation(f"{name}-failed", "test", OperationState.FAILED, StepState.FAILED)
        add_operation(f"{name}-cancelled", "test", OperationState.CANCELLED, StepState.CANCELLED)
        add_repair(name)
    return done


@pytest.mark.parametrize("damages", DAMAGES)
def test_the_others_start(
    cleaned: Event,
    until: Callable[..., Any],
    damages: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_errors.OWN_ERRORS, "_reported", {})
    with closing(sqlite3.connect(get_settings().database_path)) as database, database:
        for damage in damages.values():
            assert database.execute(damage).rowcount == 1
    engine.launch()
    adopt_all()
    runner.take_up()
    until(lambda: read("good-running").state is OperationState.SUCCEEDED)  # type: ignore[union-attr]
    assert cleaned.wait(60)
    good = next(each for each in records.all_records() if each.slug == "good")
    assert good.state is AppState.RESTARTING
    assert "RUNNING" not in {state for _, state in attempts()}
    assert RecoveryState.FAILED in {state for _, state in attempts()}

    def told() -> str:
        assert intake.flush(30)
        return "\n".join(f"{error['operation']}." for error in recent_errors(50))

    assert "good-failed" in told()
    until(lambda: all(f"{name}." in told() for name in damages))
