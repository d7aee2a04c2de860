"""Removes old errors and incidents by age, number and bytes, and counts what it removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ClassRollup,
    DiscardedErrorsRecord,
    ErrorBodyRecord,
    ErrorRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
    IncidentRollup,
    NetworkErrorRollup,
    OperationRecord,
    OperationState,
    OutcomeRollup,
    SubjectRollup,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.monitoring.event_store import count_discarded

CHUNK = 500
"""Rows that are removed in one transaction, so that other writes do not wait long."""
KEEP_INCIDENTS = 10_000
KEEP_ROLLUPS = {
    "minute": timedelta(days=1),
    "hour": timedelta(days=90),
    "day": timedelta(days=1100),
}
ROLLUPS = (ClassRollup, IncidentRollup, SubjectRollup, OutcomeRollup, NetworkErrorRollup)


def prune(before: datetime, keep_errors: int, keep_bytes: int) -> int:
    """Remove what was settled before that time, and the oldest of more than `keep_errors` errors, `keep_bytes` bytes of
    packed bodies and 10,000 incidents. Returns how many errors were removed.

    An error is settled when it was resolved, or when it cannot be resolved any more. Errors of operations that can
    still be tried again stay; there are no more of these than operations.
    """
    settled_at = func.coalesce(ErrorRecord.resolved_at, ErrorRecord.at)
    removed = _remove_errors("removed_by_age", settled_at < before)
    removed += _remove_surplus(keep_errors)
    _remove_bodies(keep_bytes)
    _remove_incidents(before)
    _remove_rollups()
    return removed


def discarded_errors(days: int = 30) -> dict[str, int]:
    """How many errors were not stored or were removed within that many days, by reason: refused (queue_full, too_fast,
    not_storable), stored without their large part (body_low_disk, body_queue_full, body_removed), or removed
    (removed_by_age, removed_by_number)."""
    first_day = (utc_now() - timedelta(days=days)).date().isoformat()
    query = (
        select(DiscardedErrorsRecord.reason, func.sum(DiscardedErrorsRecord.count))
        .where(DiscardedErrorsRecord.day >= first_day)
        .group_by(DiscardedErrorsRecord.reason)
    )
    with session() as opened:
        return {reason: int(count) for reason, count in opened.exec(query).all()}


def _can_go() -> Any:
    over = (OperationState.SUCCEEDED, OperationState.CANCELLED)
    can_resolve = select(OperationRecord.id).where(col(OperationRecord.state).not_in(over))
    operation_id = col(ErrorRecord.operation_id)
    is_resolved = col(ErrorRecord.resolved_at).is_not(None)
    return is_resolved | operation_id.is_(None) | operation_id.not_in(can_resolve)


def _remove_errors(reason: str, *conditions: Any, most: int | None = None) -> int:
    """Remove the oldest errors first, at most that many; returns how many."""
    oldest = select(ErrorRecord.id).where(_can_go(), *conditions).order_by(col(ErrorRecord.at))
    removed = 0
    while most is None or removed < most:
        chunk = CHUNK if most is None else min(CHUNK, most - removed)

        def change(opened: Session, chunk: int = chunk) -> int:
            ids = opened.exec(oldest.limit(chunk)).all()
            opened.execute(delete(ErrorRecord).where(col(ErrorRecord.id).in_(ids)))
            count_discarded(opened, {reason: len(ids)})
            return len(ids)

        count = write(change)
        removed += count
        if count < chunk:
            break
    return removed


def _remove_surplus(keep: int) -> int:
    with session() as opened:
        surplus = opened.exec(select(func.count()).select_from(ErrorRecord)).one() - keep
    return _remove_errors("removed_by_number", most=surplus) if surplus > 0 else 0


def _remove_bodies(keep_bytes: int) -> None:
    """Remove bodies, those of the oldest errors first; the errors themselves stay."""
    size = func.length(ErrorBodyRecord.body)
    with session() as opened:
        surplus = (opened.exec(select(func.sum(size))).one() or 0) - keep_bytes
    oldest = select(ErrorBodyRecord.error_id, size).join(ErrorRecord).order_by(col(ErrorRecord.at))
    while surplus > 0:

        def change(opened: Session, surplus: int = surplus) -> int:
            ids, freed = [], 0
            for error_id, size in opened.exec(oldest.limit(CHUNK)).all():
                if freed >= surplus:
                    break
                ids.append(error_id)
                freed += size
            opened.execute(delete(ErrorBodyRecord).where(col(ErrorBodyRecord.error_id).in_(ids)))
            count_discarded(opened, {"body_removed": len(ids)})
            return freed

        freed = write(change)
        if not freed:
            return
        surplus -= freed


def _remove_incidents(before: datetime) -> None:
    """Remove incidents without errors that were last seen before that time, and the oldest ones of too many."""
    incident_id, last_seen = col(IncidentRecord.id), col(IncidentRecord.last_seen)
    errors = select(ErrorRecord.id).where(col(ErrorRecord.incident_id) == incident_id)
    newest = select(incident_id).order_by(last_seen.desc()).limit(KEEP_INCIDENTS)
    empty = ~errors.exists() & ((last_seen < before) | incident_id.not_in(newest))
    with session() as opened:
        ids = opened.exec(select(incident_id).where(empty)).all()
    for begin in range(0, len(ids), CHUNK):
        _remove_with_counts(ids[begin : begin + CHUNK])


def _remove_with_counts(ids: Sequence[str]) -> None:
    def change(opened: Session) -> None:
        for table in (IncidentRollup, IncidentEpisodeRecord):
            opened.execute(delete(table).where(col(table.incident_id).in_(ids)))
        opened.execute(delete(IncidentRecord).where(col(IncidentRecord.id).in_(ids)))

    write(change)


def _remove_rollups() -> None:
    now = utc_now()

    def change(opened: Session) -> None:
        for table in ROLLUPS:
            for grain, kept in KEEP_ROLLUPS.items():
                opened.execute(
                    delete(table).where(col(table.grain) == grain, col(table.bucket) < now - kept)
                )

    write(change)
