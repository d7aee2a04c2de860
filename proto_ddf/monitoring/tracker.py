"""Errors people met, kept in the database."""

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
    """Keep an error, described by `proto_ddf.errors.describe`, that happened while doing `operation`
    (for people: "Generate Sample shop"). It belongs to the user of its context unless another is named. The answer
    is the record's id."""
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
    """The newest errors first, as JSON-able dicts of ErrorRecord's fields; times are ISO 8601 with zone."""
    query = select(ErrorRecord).order_by(col(ErrorRecord.at).desc()).limit(limit)
    with session() as opened:
        return [record.model_dump(mode="json") for record in opened.exec(query).all()]


def resolve(operation_id: str) -> None:
    """Mark the errors of an operation as resolved: trying again succeeded."""
    unresolved = (
        col(ErrorRecord.operation_id) == operation_id,
        col(ErrorRecord.resolved_at).is_(None),
    )

    def change(opened: Session) -> None:
        opened.execute(update(ErrorRecord).where(*unresolved).values(resolved_at=utc_now()))

    write(change)


def prune(before: datetime) -> int:
    """Delete the errors that were resolved before then, and those that happened before then and that nothing
    can resolve any more; returns how many. What can still be tried again stays."""
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
