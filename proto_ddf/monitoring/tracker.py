"""Errors people met, kept in the database."""

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ErrorRecord, utc_now
from proto_ddf.db.writing import write


def record_error(
    described: dict[str, Any],
    operation: str,
    operation_id: str | None = None,
    user_id: str = "anonymous",
) -> str:
    """Keep an error, described by `proto_ddf.errors.describe`, that happened while doing `operation`
    (for people: "Generate Sample shop"). The answer is the record's id."""
    record = ErrorRecord(
        operation=operation,
        operation_id=operation_id,
        user_id=user_id,
        error_type=described["error_type"],
        code=described["code"],
        family=described["family"],
        title=described["title"],
        message=described["message"],
        hint=described.get("hint") or "",
        field=described.get("field"),
        retry_possible=described.get("retry_possible", False),
        context=described.get("context", {}),
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
