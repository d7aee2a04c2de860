from datetime import UTC, datetime, timedelta
from pathlib import Path

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ErrorRecord, OperationRecord, OperationState
from proto_ddf.errors import ValidationError, describe
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.monitoring.retention import prune
from tests.reporting import report, succeed

MUCH = 2**40


def test_a_described_error_is_kept_with_what_was_being_done(database: Path):
    error = ValidationError("taken", field="name", value="shop", code="project_name_taken")
    described = describe(error, operation="Generate shop")
    report(described, "Generate shop", "op-1", "anna")
    (kept,) = recent_errors(10)
    assert kept["operation"] == "Generate shop"
    assert kept["operation_id"] == "op-1"
    assert kept["user_id"] == "anna"
    assert kept["code"] == "project_name_taken"
    assert kept["field"] == "name"
    assert kept["message"] == described["message"]
    assert kept["resolved_at"] is None
    assert datetime.fromisoformat(kept["at"]).tzinfo is not None


def test_the_newest_errors_come_first_and_no_more_than_asked_for(database: Path):
    for number in range(4):
        report(OSError(str(number)), f"try {number}")
    assert [e["operation"] for e in recent_errors(2)] == ["try 3", "try 2"]


def test_resolving_marks_the_errors_of_that_operation_only(database: Path):
    report(OSError("a"), "first", "op-1")
    report(OSError("b"), "second", "op-2")
    succeed("op-1")
    resolved = {e["operation"]: e["resolved_at"] for e in recent_errors(10)}
    assert resolved["first"] is not None
    assert resolved["second"] is None


def test_an_error_stays_resolved_at_its_first_time(database: Path):
    report(OSError("a"), "first", "op-1")
    succeed("op-1")
    at = recent_errors(1)[0]["resolved_at"]
    succeed("op-1")
    assert recent_errors(1)[0]["resolved_at"] == at


NOW = datetime(2026, 6, 1, tzinfo=UTC)


def keep_error(
    error_id: str,
    days_ago: float,
    *,
    resolved: float | None = None,
    state: OperationState | None = None,
) -> None:
    """An error of that many days ago, resolved then, of an operation in that state (None: without one)."""
    record = ErrorRecord(
        **dict.fromkeys(("operation", "error_type", "code", "family", "title", "message"), ""),
        id=error_id,
        at=NOW - timedelta(days=days_ago),
        resolved_at=None if resolved is None else NOW - timedelta(days=resolved),
        operation_id=error_id if state else None,
    )
    with session() as opened:
        if state:
            opened.add(OperationRecord(id=error_id, kind="test", title="", state=state))
        opened.add(record)
        opened.commit()


def test_errors_that_are_settled_go_in_time_and_those_that_can_be_tried_again_stay(database: Path):
    keep_error("failed still", 40, state=OperationState.FAILED)
    keep_error("runs again", 40, state=OperationState.RUNNING)
    keep_error("resolved", 40, resolved=31, state=OperationState.SUCCEEDED)
    keep_error("resolved of late", 40, resolved=29, state=OperationState.SUCCEEDED)
    keep_error("of no operation", 31)
    keep_error("of none, of late", 29)
    keep_error("cancelled", 31, state=OperationState.CANCELLED)
    keep_error("new", 0, resolved=0)
    assert prune(NOW - timedelta(days=30), 100, MUCH) == 3
    left = {error["id"] for error in recent_errors()}
    assert left == {"failed still", "runs again", "resolved of late", "of none, of late", "new"}
    assert prune(NOW - timedelta(days=30), 100, MUCH) == 0
