"""Errors that the journal has and that were not stored when the server was killed are reported again."""

from typing import Any

from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ErrorRecord,
    OperationRecord,
    OperationState,
    StepRecord,
    StepState,
)
from proto_ddf.monitoring import intake, own_errors
from proto_ddf.operations.journal import records
from proto_ddf.operations.journal.records import Run


def report_lost_errors() -> None:
    """Report the errors of failed operations that were not stored. One that cannot be read is reported instead."""
    known = select(ErrorRecord.id).where(
        col(ErrorRecord.operation_id) == OperationRecord.id,
        col(ErrorRecord.at) >= col(StepRecord.finished_at),
    )
    query = (
        select(OperationRecord.id, OperationRecord.run, StepRecord.position)
        .join(StepRecord)
        .where(
            OperationRecord.state == OperationState.FAILED,
            StepRecord.state == StepState.FAILED,
            ~known.exists(),
        )
    )
    with session() as opened:
        lost = opened.exec(query).all()
    for operation_id, run, position in lost:
        work = f"Report the error of operation {operation_id}"
        with own_errors.reported("operations", work):
            _report(Run(operation_id, run), position)


def _report(run: Run, position: int) -> None:
    with session() as opened:
        operation = opened.get_one(OperationRecord, run.operation_id)
        error: dict[str, Any] | None = opened.get_one(StepRecord, (operation.id, position)).error
    if not error or "code" not in error:
        return
    intake.report(
        error,
        operation.title,
        operation.id,
        operation.user_id,
        subject=operation.subject,
        error_id=records.error_id(run, position),
    )
