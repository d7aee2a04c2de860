"""The record of attempts to repair. At most one of a subject runs at a time, in whichever process."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    OperationRecord,
    OperationState,
    RecoveryAttemptRecord,
    RecoveryState,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.errors import ValidationError

KEPT = timedelta(days=92)
"""The longest range of the analytics, rounded outwards."""
MOST = 10_000
FOR_CHOOSING = 50
"""Of each strategy so many of the newest that came to an end are kept at any age: strategies are chosen by them."""
CHUNK = 500
"""Records that are removed in one transaction."""
_ENDED = (RecoveryState.VERIFIED, RecoveryState.FAILED)
_UNFINISHED = (OperationState.PENDING, OperationState.RUNNING)
_attempt = RecoveryAttemptRecord


@dataclass(frozen=True)
class Effect:
    """How often a strategy was tried, and how often its check showed that it helped."""

    attempts: int = 0
    verified: int = 0


def claim(made: RecoveryAttemptRecord, original_run: int) -> Callable[[Session, str], None]:
    """What `service.start` writes with the repairing operation: the attempt.

    It raises ValidationError, code recovery_under_way, if another attempt of the subject runs, or the failed operation
    goes on already.
    """

    def write_attempt(opened: Session, operation_id: str) -> None:
        if _is_running(opened, made.subject) or not _is_failed(
            opened, made.original_operation_id, original_run
        ):
            raise ValidationError(
                "It is being repaired already.",
                field="subject",
                value=made.subject,
                code="recovery_under_way",
            )
        opened.add(_attempt(**(made.model_dump() | {"operation_id": operation_id})))

    return write_attempt


def is_wanted(operation_id: str, original_run: int) -> bool:
    """Whether the attempt of a repairing operation is still to be made. A failed one runs again, if a person tries its
    operation again and nothing else repairs the subject."""

    def change(opened: Session) -> bool:
        record = _of(opened, operation_id)
        if record is None or record.state is RecoveryState.SUPERSEDED:
            return False
        if record.state is RecoveryState.VERIFIED:
            return True
        if not _is_failed(opened, record.original_operation_id, original_run):
            _end(record, RecoveryState.SUPERSEDED)
            return False
        if record.state is RecoveryState.FAILED:
            if _is_running(opened, record.subject):
                return False
            record.state, record.finished_at = RecoveryState.RUNNING, None
        return True

    return write(change)


def finish(operation_id: str, state: RecoveryState) -> bool:
    """Record how a running attempt ended. False if it had ended."""

    def change(opened: Session) -> bool:
        record = _of(opened, operation_id)
        if record is None or record.state is not RecoveryState.RUNNING:
            return False
        _end(record, state)
        return True

    return write(change)


def supersede(original_operation_id: str) -> list[str]:
    """End the running attempts to repair this operation; returns the ids of the operations that repair."""

    def change(opened: Session) -> list[str]:
        running = select(_attempt).where(
            _attempt.original_operation_id == original_operation_id,
            _attempt.state == RecoveryState.RUNNING,
        )
        found = opened.exec(running).all()
        for record in found:
            _end(record, RecoveryState.SUPERSEDED)
        return [record.operation_id for record in found]

    return write(change)


def left_over() -> list[str]:
    """Ids of the repairing operations that are over while their attempt still runs: the server was killed in between."""
    over = col(OperationRecord.state).not_in(_UNFINISHED)
    ids = select(_attempt.operation_id).join(
        OperationRecord, col(OperationRecord.id) == col(_attempt.operation_id), isouter=True
    )
    with session() as opened:
        running = ids.where(_attempt.state == RecoveryState.RUNNING)
        return list(opened.exec(running.where(over | col(OperationRecord.id).is_(None))).all())


def tried(incident_id: str, subject: str, within_seconds: float) -> Counter[str]:
    """How often each strategy was tried for the incident and subject lately."""
    lately = utc_now() - timedelta(seconds=within_seconds)
    query = select(_attempt.strategy).where(
        _attempt.incident_id == incident_id,
        _attempt.subject == subject,
        _attempt.started_at > lately,
        _attempt.state != RecoveryState.SUPERSEDED,
    )
    with session() as opened:
        return Counter(opened.exec(query).all())


def is_being_repaired(subject: str, incident_id: str = "") -> bool:
    """Whether an attempt to repair this app or source runs; with `incident_id`, one for this incident."""
    with session() as opened:
        return bool(subject) and _is_running(opened, subject, incident_id)


def failed_since(incident_id: str, since: datetime) -> int:
    """How many attempts for the incident that began then or later have failed."""
    failed = select(func.count()).where(
        _attempt.incident_id == incident_id,
        _attempt.state == RecoveryState.FAILED,
        col(_attempt.started_at) >= since,
    )
    with session() as opened:
        return int(opened.exec(failed).one())


def effects() -> dict[str, Effect]:
    """How often each strategy helped, of the attempts that came to an end."""
    query = select(_attempt.strategy, _attempt.state).where(col(_attempt.state).in_(_ENDED))
    with session() as opened:
        counted = Counter(opened.exec(query).all())
    verified = {
        name: counted[name, RecoveryState.VERIFIED] for name in {name for name, _ in counted}
    }
    return {
        name: Effect(helped + counted[name, RecoveryState.FAILED], helped)
        for name, helped in verified.items()
    }


def prune(now: datetime) -> int:
    """Remove the records of attempts that ended longer ago than `KEPT`, and the oldest of more than `MOST`, except those for
    choosing and those of attempts that run; returns how many."""
    old = _old(now - KEPT).limit(CHUNK)

    def change(opened: Session) -> int:
        ids = opened.exec(old).all()
        opened.execute(delete(_attempt).where(col(_attempt.id).in_(ids)))
        return len(ids)

    removed = 0
    while count := write(change):
        removed += count
    return removed


def _old(before: datetime) -> Any:
    started, finished = col(_attempt.started_at), col(_attempt.finished_at)
    attempt_id, state = col(_attempt.id), col(_attempt.state)
    newest = select(attempt_id).order_by(started.desc(), attempt_id).limit(MOST)
    rank = func.row_number().over(
        partition_by=col(_attempt.strategy), order_by=(finished.desc(), attempt_id)
    )
    ended = select(attempt_id, rank.label("rank")).where(state.in_(_ENDED)).subquery()
    for_choosing = select(ended.c.id).where(ended.c.rank <= FOR_CHOOSING)
    return select(attempt_id).where(
        state != RecoveryState.RUNNING,
        (finished < before) | attempt_id.not_in(newest),
        attempt_id.not_in(for_choosing),
    )


def _is_running(opened: Session, subject: str, incident_id: str = "") -> bool:
    running = [_attempt.subject == subject, _attempt.state == RecoveryState.RUNNING]
    if incident_id:
        running.append(_attempt.incident_id == incident_id)
    return opened.exec(select(_attempt.id).where(*running)).first() is not None


def _of(opened: Session, operation_id: str) -> RecoveryAttemptRecord | None:
    return opened.exec(select(_attempt).where(_attempt.operation_id == operation_id)).first()


def _end(record: RecoveryAttemptRecord, state: RecoveryState) -> None:
    record.state, record.finished_at = state, utc_now()


def _is_failed(opened: Session, operation_id: str | None, run: int) -> bool:
    """Whether the operation that is repaired still stands as it failed; true if there is none."""
    if operation_id is None:
        return True
    record = opened.get(OperationRecord, operation_id)
    return record is not None and record.state is OperationState.FAILED and record.run == run
