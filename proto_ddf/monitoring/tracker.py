"""The recorded errors of people's actions, stored in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ErrorRecord, OperationRecord, OperationState, utc_now
from proto_ddf.db.writing import write
from proto_ddf.errors.description import ANONYMOUS


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

    def change(opened: Session) -> None:
        opened.add(ErrorRecord(**values))

    write(change)
    return record.id


def recent_errors(limit: int = 50) -> list[dict[str, Any]]:
    """The newest errors first, as dicts of ErrorRecord's fields that JSON can hold; times are ISO 8601 with zone."""
    query = select(ErrorRecord).order_by(col(ErrorRecord.at).desc()).limit(limit)
    with session() as opened:
        return [record.model_dump(mode="json") for record in opened.exec(query).all()]


def resolve(operation_id: str) -> None:
    """Mark the errors of an operation as resolved, because a later run succeeded."""
    unresolved = (
        col(ErrorRecord.operation_id) == operation_id,
        col(ErrorRecord.resolved_at).is_(None),
    )

    def change(opened: Session) -> None:
        opened.execute(update(ErrorRecord).where(*unresolved).values(resolved_at=utc_now()))

    write(change)


def prune(before: datetime) -> int:
    """Delete errors that were resolved before that time, and errors from before that time that cannot be resolved any
    more. Errors of operations that can still be tried again stay. Returns how many were deleted."""
    resolved_at, operation_id = col(ErrorRecord.resolved_at), col(ErrorRecord.operation_id)
    over = (OperationState.SUCCEEDED, OperationState.CANCELLED)
    can_resolve = select(OperationRecord.id).where(col(OperationRecord.state).not_in(over))
    settled = (
        resolved_at.is_not(None) | operation_id.is_(None) | operation_id.not_in(can_resolve),
        func.coalesce(resolved_at, col(ErrorRecord.at)) < before,
    )

    def change(opened: Session) -> int:
        ids = opened.exec(select(ErrorRecord.id).where(*settled)).all()
        opened.execute(delete(ErrorRecord).where(*settled))
        return len(ids)

    return write(change)
