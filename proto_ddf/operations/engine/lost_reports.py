"""Errors that the journal has and that were not stored when the server was killed are reported again."""

from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ErrorRecord,
    OperationRecord,
    OperationState,
    StepRecord,
    StepState,
)
from proto_ddf.monitoring import intake
from proto_ddf.operations.journal import records
from proto_ddf.operations.journal.records import Run


def report_lost_errors() -> None:
    """Report the errors of failed operations that were not stored."""
    known = select(ErrorRecord.id).where(
        col(ErrorRecord.operation_id) == OperationRecord.id,
        col(ErrorRecord.at) >= col(StepRecord.finished_at),
    )
    query = (
        select(OperationRecord, StepRecord)
        .join(StepRecord)
        .where(
            OperationRecord.state == OperationState.FAILED,
            StepRecord.state == StepState.FAILED,
            ~known.exists(),
        )
    )
    with session() as opened:
        lost = opened.exec(query).all()
    for operation, step in lost:
        if not step.error or "code" not in step.error:
            continue
        intake.report(
            step.error,
            operation.title,
            operation.id,
            operation.user_id,
            subject=operation.subject,
            error_id=records.error_id(Run(operation.id, operation.run), step.position),
        )
