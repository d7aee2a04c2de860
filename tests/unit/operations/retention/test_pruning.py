"""Which records of operations are deleted, and which are kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    ErrorRecord,
    OperationRecord,
    OperationState,
    SourceRecord,
    StepLogRecord,
    StepRecord,
)
from proto_ddf.operations.retention import pruning
from proto_ddf.operations.stop_flag import OperationStopped, StopFlag

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OVER = (OperationState.SUCCEEDED, OperationState.FAILED, OperationState.CANCELLED)


@pytest.fixture(autouse=True)
def _record(database: Path) -> None:
    """Each test has its own database."""


def keep(*records: SQLModel) -> None:
    with session() as opened:
        opened.add_all(records)
        opened.commit()


def add(
    operation_id: str,
    days_ago: float,
    state: OperationState = OperationState.SUCCEEDED,
    *,
    subject: str = "",
    finished: bool = True,
) -> None:
    """An operation with a step and two lines of its log."""
    at = NOW - timedelta(days=days_ago)
    keep(
        OperationRecord(
            id=operation_id,
            kind="test",
            title=operation_id,
            subject=subject,
            state=state,
            created_at=at,
            finished_at=at if finished and state in OVER else None,
        )
    )
    keep(StepRecord(operation_id=operation_id, position=0, name="one", title="One"))
    keep(*(StepLogRecord(operation_id=operation_id, position=0, at=at, line=line) for line in "ab"))


def ids() -> set[str]:
    with session() as opened:
        return set(opened.exec(select(OperationRecord.id)).all())


def logged() -> set[str]:
    """Operations whose steps have a log."""
    with session() as opened:
        return set(opened.exec(select(StepLogRecord.operation_id)).all())


def prune(number: int) -> int:
    return pruning.prune_operations(number, StopFlag())


def test_all_but_the_newest_are_deleted_with_their_steps_and_logs() -> None:
    for days in range(5):
        add(f"op{days}", days)
    assert prune(2) == 3
    assert ids() == logged() == {"op0", "op1"}
    with session() as opened:
        assert set(opened.exec(select(StepRecord.operation_id)).all()) == {"op0", "op1"}
    assert prune(2) == 0


def test_operations_that_have_not_ended_are_kept_however_old() -> None:
    add("waits", 9, OperationState.PENDING)
    add("runs", 8, OperationState.RUNNING)
    add("cleaning", 7, OperationState.CANCELLED, finished=False)
    for number, state in enumerate(OVER):
        add(state.value, 6 - number, state)
    add("new", 0)
    assert prune(1) == 3
    assert ids() == {"waits", "runs", "cleaning", "new"}


def test_operations_that_the_page_of_an_app_or_a_source_shows_are_kept() -> None:
    keep(AppRecord(slug="shop", name="Shop", operation_id="made"))
    keep(SourceRecord(id="source", name="People", kind="csv"))
    add("made", 9, subject="shop")
    add("first start", 8, subject="shop")
    add("last start", 7, OperationState.FAILED, subject="shop")
    add("first refresh", 6, subject="source")
    add("last refresh", 5, subject="source")
    add("connected", 4, subject="People")
    add("another app's", 3, subject="gone")
    add("another test", 2)
    assert prune(1) == 3
    assert ids() == {"made", "last start", "last refresh", "connected", "another test"}
    assert pruning.prune_logs(NOW, StopFlag()) == 1
    assert logged() == ids() - {"another test"}


def test_an_operation_that_was_tried_again_after_it_was_selected_is_kept() -> None:
    add("tried again", 9, OperationState.FAILED)
    add("new", 0)
    with session() as opened:
        opened.get_one(OperationRecord, "tried again").state = OperationState.PENDING
        opened.commit()
        assert pruning._delete_operations(opened, ["tried again"]) == 0
        assert pruning._delete_logs(opened, ["tried again"]) == 0
        opened.commit()
    assert ids() == logged() == {"tried again", "new"}


def test_errors_of_deleted_operations_have_no_link_and_no_try_again() -> None:
    add("old", 9, OperationState.FAILED)
    add("new", 0, OperationState.FAILED)
    common = {"operation": "x", "error_type": "x", "code": "x", "family": "x", "title": "x"}
    for operation_id in ("old", "new"):
        keep(ErrorRecord(id=f"of {operation_id}", operation_id=operation_id, message="", **common))
    assert prune(1) == 1
    with session() as opened:
        links = {error.id: error.operation_id for error in opened.exec(select(ErrorRecord)).all()}
    assert links == {"of old": None, "of new": "new"}


def test_logs_are_deleted_by_the_end_of_their_operation_which_is_kept() -> None:
    for state in OVER:
        add(f"old {state}", 31, state)
        add(f"new {state}", 29, state)
    add("runs", 31, OperationState.RUNNING)
    add("cleaning", 31, OperationState.CANCELLED, finished=False)
    before = ids()
    assert pruning.prune_logs(NOW - timedelta(days=30), StopFlag()) == 3
    assert logged() == {"runs", "cleaning", *(f"new {state}" for state in OVER)}
    assert ids() == before
    assert pruning.prune_logs(NOW - timedelta(days=30), StopFlag()) == 0


def test_more_than_one_batch_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    for days in range(6):
        add(f"op{days}", days)
    assert prune(1) == 5
    assert ids() == {"op0"}


def test_pruning_ends_when_the_server_stops() -> None:
    add("old", 2)
    add("new", 1)
    stop = StopFlag()
    stop.set("server stopping")
    for part in (
        lambda: pruning.prune_operations(1, stop),
        lambda: pruning.prune_logs(NOW, stop),
    ):
        with pytest.raises(OperationStopped):
            part()
    assert ids() == logged() == {"old", "new"}
