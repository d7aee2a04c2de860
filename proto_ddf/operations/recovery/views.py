"""Attempts to repair, as pages show them."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    OperationRecord,
    RecoveryAttemptRecord,
    RecoveryState,
    utc_now,
)
from proto_ddf.operations import queries
from proto_ddf.operations.recovery.strategies import STRATEGIES
from proto_ddf.operations.views import StepView

SHOWN = 10
"""Newest attempts of a subject, an operation or an incident."""
LATELY = timedelta(days=1)
"""How long the page of an app shows them."""
_attempt = RecoveryAttemptRecord


class RecoveryAttempt(BaseModel):
    """One attempt. Times are ISO 8601 with zone."""

    strategy: str
    title: str
    """Of the operation that repairs: "Install packages again: Shop"."""
    doing: str
    """For people: "Installing packages again"."""
    state: str
    """running, verified, failed or superseded."""
    operation_id: str
    original_operation_id: str
    """The operation that failed; empty if an app failed while it ran."""
    number: int
    total: int
    """It is attempt `number` of at most `total`."""
    by_person: bool
    started_at: str
    finished_at: str
    outcome: str = ""
    """What came of it, for people: "Went on at Build"."""
    steps: list[StepView] = []


def attempt_of(operation_id: str) -> RecoveryAttempt | None:
    """The attempt that this operation makes."""
    return next(iter(_read(_attempt.operation_id == operation_id)), None)


def attempts_on(subject: str) -> list[RecoveryAttempt]:
    """Of an app or a source within the last day, the newest first and only that with steps. Those of an earlier app of that
    name are left out."""
    with session() as opened:
        app = opened.get(AppRecord, subject)
    since = utc_now() - LATELY
    if app is not None:
        since = max(since, app.created_at)
    return _read((col(_attempt.subject) == subject) & (col(_attempt.started_at) > since), 1)


def attempts_after(operation_id: str) -> list[RecoveryAttempt]:
    """To repair what a failed operation failed at, the newest first and only that with steps."""
    return _read(_attempt.original_operation_id == operation_id, 1)


def attempts_for(incident_id: str) -> list[RecoveryAttempt]:
    """For an incident, the newest first."""
    return _read(_attempt.incident_id == incident_id)


def attempts_since(at: datetime) -> list[RecoveryAttempt]:
    """Those that run and those that ended after that time, the newest first."""
    running = col(_attempt.state) == RecoveryState.RUNNING
    return _read(running | (col(_attempt.finished_at) > at))


def _read(wanted: Any, at_length: int = SHOWN) -> list[RecoveryAttempt]:
    """The newest attempts; so many of them with steps and outcome, which take more queries."""
    query = select(_attempt).where(wanted).order_by(col(_attempt.started_at).desc()).limit(SHOWN)
    with session() as opened:
        views = [_view(opened, record) for record in opened.exec(query).all()]
    for view in views[:at_length]:
        if shown := queries.load(view.operation_id):
            view.steps, view.outcome = shown.steps, _outcome(shown.steps)
    return views


def _view(opened: Session, record: RecoveryAttemptRecord) -> RecoveryAttempt:
    operation = opened.get(OperationRecord, record.operation_id)
    given = operation.input if operation else {}
    strategy = STRATEGIES.get(record.strategy)
    return RecoveryAttempt(
        strategy=record.strategy,
        title=operation.title if operation else record.strategy,
        doing=strategy.doing if strategy else record.strategy,
        state=record.state,
        operation_id=record.operation_id,
        original_operation_id=record.original_operation_id or "",
        number=record.number,
        total=max(record.number, int(given.get("total", 1))),
        by_person=bool(given.get("by_person")),
        started_at=record.started_at.isoformat(),
        finished_at=record.finished_at.isoformat() if record.finished_at else "",
    )


def _outcome(steps: list[StepView]) -> str:
    done = [each.message for each in steps if each.message and each.state == "succeeded"]
    return done[-1] if done else ""
