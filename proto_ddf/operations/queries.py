"""Reads operations from the journal, as pages show them, in two queries each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    OperationRecord,
    OperationState,
    StepLogRecord,
    StepRecord,
    StepState,
    utc_now,
)
from proto_ddf.operations.journal.journal import CANCELLABLE
from proto_ddf.operations.views import OperationView, StepView

TAIL_LINES = 20

Row = tuple[OperationRecord, StepRecord]


def load(operation_id: str) -> OperationView | None:
    """One operation with the last log lines of its steps; None when there is none of that id."""
    with session() as opened:
        query = _with_steps().where(col(OperationRecord.id) == operation_id)
        views = _views(opened.execute(query).all())
        if not views:
            return None
        (view,) = views
        for position, line in _tails(opened, operation_id, len(view.steps)):
            view.steps[position].log_tail.append(line)
        return view


def load_many(
    limit: int,
    kind: str | None = None,
    subject: str | None = None,
    state: str | None = None,
) -> list[OperationView]:
    """The newest operations first, without logs."""
    wanted = select(col(OperationRecord.id)).order_by(col(OperationRecord.created_at).desc())
    if kind is not None:
        wanted = wanted.where(col(OperationRecord.kind) == kind)
    if subject is not None:
        wanted = wanted.where(col(OperationRecord.subject) == subject)
    if state is not None:
        wanted = wanted.where(col(OperationRecord.state) == OperationState(state))
    with session() as opened:
        ids = opened.execute(wanted.limit(limit)).scalars().all()
        query = _with_steps().where(col(OperationRecord.id).in_(ids))
        views = {view.id: view for view in _views(opened.execute(query).all())}
    return [views[operation_id] for operation_id in ids]


def _with_steps() -> Select[OperationRecord, StepRecord]:
    joined = col(StepRecord.operation_id) == col(OperationRecord.id)
    return (
        select(OperationRecord, StepRecord)
        .join(StepRecord, joined, isouter=True)
        .order_by(col(StepRecord.position))
        .options(
            defer(cast(QueryableAttribute[Any], StepRecord.interim_output))
        )  # it may be large, and no page shows it
    )


def _tails(opened: Session, operation_id: str, steps: int) -> list[tuple[int, str]]:
    """The last lines of each step with its position, oldest first."""
    if not steps:
        return []
    parts = [
        select(col(StepLogRecord.id), col(StepLogRecord.position), col(StepLogRecord.line))
        .where(
            col(StepLogRecord.operation_id) == operation_id,
            col(StepLogRecord.position) == position,
        )
        .order_by(col(StepLogRecord.id).desc())
        .limit(TAIL_LINES)
        .subquery()
        for position in range(steps)
    ]
    tails = union_all(*(select(part) for part in parts)).order_by("id")
    return [(position, line) for _, position, line in opened.execute(tails).all()]


def _views(rows: Sequence[Row]) -> list[OperationView]:
    now = utc_now()
    steps: dict[str, list[StepRecord]] = defaultdict(list)
    records = {record.id: record for record, _ in rows}
    for record, step in rows:
        if step is not None:
            steps[record.id].append(step)
    return [_operation_view(record, steps[record.id], now) for record in records.values()]


def _operation_view(
    record: OperationRecord, steps: Sequence[StepRecord], now: datetime
) -> OperationView:
    failed = record.state == OperationState.FAILED
    errors = [step.error for step in steps if step.state == StepState.FAILED and step.error]
    error = errors[-1] if failed and errors else None
    return OperationView(
        id=record.id,
        kind=record.kind,
        title=record.title,
        subject=record.subject,
        state=record.state.value,
        user_id=record.user_id,
        created_at=record.created_at.isoformat(),
        started_at=_iso(record.started_at),
        finished_at=_iso(record.finished_at),
        duration_seconds=_seconds(record.started_at, record.finished_at or now),
        can_retry=failed and (error is None or bool(error.get("retry_possible"))),
        can_cancel=record.state in CANCELLABLE,
        error=error,
        steps=[_step_view(step, now) for step in steps],
        output={step.name: step.output for step in steps if step.state == StepState.SUCCEEDED},
    )


def _step_view(step: StepRecord, now: datetime) -> StepView:
    waits = _seconds(now, step.wait_until) if step.state == StepState.RUNNING else None
    return StepView(
        name=step.name,
        title=step.title,
        state=step.state.value,
        message=step.message,
        runs=step.runs,
        attempt=step.attempt,
        attempts=step.attempts,
        wait_seconds=max(0.0, waits or 0.0),
        error=step.error,
        started_at=_iso(step.started_at),
        finished_at=_iso(step.finished_at),
        duration_seconds=_seconds(step.started_at, step.finished_at or now),
    )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None
