"""The recorded errors of people's actions, stored in the database, each in its incident."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ErrorRecord,
    IncidentRecord,
    OperationRecord,
    OperationState,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.errors.description import ANONYMOUS
from proto_ddf.errors.fingerprint import fingerprint
from proto_ddf.monitoring import incidents


def record_error(
    described: dict[str, Any],
    operation: str,
    operation_id: str | None = None,
    user_id: str | None = None,
) -> str:
    """Record an error, described by `proto_ddf.errors.describe`. `operation` is for people: "Generate Sample shop".

    Without `user_id` the user is that of the error's context. Returns the record's id.
    """
    context = described.get("context", {})
    record = ErrorRecord(
        operation=operation,
        operation_id=operation_id,
        user_id=str(user_id or context.get("user_id") or ANONYMOUS),
        error_type=described["error_type"],
        code=described["code"],
        family=described["family"],
        title=described["title"],
        message=described["message"],
        hint=described.get("hint") or "",
        field=described.get("field"),
        retry_possible=described.get("retry_possible", False),
        context=context,
    )
    values = record.model_dump()

    key = fingerprint(described)

    def change(opened: Session) -> str:
        return incidents.add_error(opened, key, described, ErrorRecord(**values)).id

    change_events.publish(write(change))
    return record.id


def recent_errors(limit: int = 50) -> list[dict[str, Any]]:
    """The newest errors first, as dicts of ErrorRecord's fields that JSON can hold; times are ISO 8601 with zone."""
    query = select(ErrorRecord).order_by(col(ErrorRecord.at).desc()).limit(limit)
    with session() as opened:
        return [record.model_dump(mode="json") for record in opened.exec(query).all()]


def resolve(operation_id: str) -> None:
    """Mark the errors of an operation as resolved, because a later run succeeded, and the incidents that have no open
    error left."""
    for incident_id in write(
        lambda opened: incidents.resolve_operation(opened, operation_id, utc_now())
    ):
        change_events.publish(incident_id)


def prune(before: datetime) -> int:
    """Delete errors that were resolved before that time, and errors from before that time that cannot be resolved any
    more, and incidents without errors that were last seen before it. Errors of operations that can still be tried again
    stay. Returns how many errors were deleted."""
    resolved_at, operation_id = col(ErrorRecord.resolved_at), col(ErrorRecord.operation_id)
    over = (OperationState.SUCCEEDED, OperationState.CANCELLED)
    can_resolve = select(OperationRecord.id).where(col(OperationRecord.state).not_in(over))
    settled = (
        resolved_at.is_not(None) | operation_id.is_(None) | operation_id.not_in(can_resolve),
        func.coalesce(resolved_at, col(ErrorRecord.at)) < before,
    )
    has_errors = select(ErrorRecord.id).where(
        col(ErrorRecord.incident_id) == col(IncidentRecord.id)
    )
    empty = (col(IncidentRecord.last_seen) < before, ~has_errors.exists())

    def change(opened: Session) -> int:
        ids = opened.exec(select(ErrorRecord.id).where(*settled)).all()
        opened.execute(delete(ErrorRecord).where(*settled))
        opened.execute(delete(IncidentRecord).where(*empty))
        return len(ids)

    return write(change)
