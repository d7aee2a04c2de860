"""Writes the record of operations as wholes: every change of state is written before anything acts on it.

Each function is one transaction, and then wakes the watchers. A change that is not valid any more, for instance because the
operation was cancelled, is not made.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from sqlalchemy import update
from sqlmodel import Session, col, select

from proto_ddf.db.tables import (
    OperationRecord,
    OperationState,
    StepRecord,
    StepState,
    new_id,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.operations.journal import changes
from proto_ddf.operations.journal.changes import (
    UNFINISHED,
    fail,
    finish_step,
    remove_interim_outputs,
)
from proto_ddf.operations.journal.records import Run, first_unfinished, steps_of
from proto_ddf.operations.model import Kind
from proto_ddf.submissions import current_submission, seal, unseal

CANCELLABLE = (*UNFINISHED, OperationState.FAILED)


def create(
    kind: Kind[Any],
    given: BaseModel,
    user_id: str,
    also: Callable[[Session, str], None] | None = None,
) -> Run:
    """Record a new operation, pending; returns its first run. A submission's operation has its id. `also` (session, id of the operation) writes what must be
    recorded together with it, or raises to keep it from being recorded."""
    submission = current_submission()
    operation_id = submission.id if submission else new_id()
    steps = kind.steps_for(given)

    def change(opened: Session) -> None:
        opened.add(
            OperationRecord(
                id=operation_id,
                kind=kind.name,
                title=kind.title(given),
                subject=kind.subject(given),
                user_id=user_id,
                input=given.model_dump(mode="json"),
            )
        )
        opened.flush()
        opened.add_all(
            StepRecord(operation_id=operation_id, position=n, name=step.name, title=step.title)
            for n, step in enumerate(steps)
        )
        if also is not None:
            also(opened, operation_id)
        seal(opened, f"/operations/{operation_id}")

    changes.commit(operation_id, change)
    return Run(operation_id, 1)


def forget(operation_id: str) -> None:
    """Remove an operation that has never run."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, operation_id)
        if record:
            opened.delete(record)
        unseal(opened)

    changes.commit(operation_id, change)


def retry(operation_id: str, after_run: int | None = None) -> Run | None:
    """Make a failed operation pending again; returns its next run, or None when it is not failed (any more), or its last
    run is not `after_run`."""

    def change(opened: Session) -> Run | None:
        record = opened.get(OperationRecord, operation_id)
        if record is None or record.state != OperationState.FAILED:
            return None
        if after_run is not None and record.run != after_run:
            return None
        record.state = OperationState.PENDING
        record.finished_at = None
        for step in steps_of(opened, operation_id):
            if step.state == StepState.FAILED:
                step.state, step.error, step.message = StepState.PENDING, None, ""
                step.started_at = step.finished_at = None
        seal(opened, f"/operations/{operation_id}")
        return _next_run(record)

    return changes.commit(operation_id, change)


def renew(run: Run) -> Run | None:
    """Replace the run of a pending operation, which no workflow executes; returns the new run, or None when the operation
    is not pending (any more)."""

    def change(opened: Session) -> Run | None:
        record = opened.get(OperationRecord, run.operation_id)
        if record is None or record.state != OperationState.PENDING or record.run != run.number:
            return None
        return _next_run(record)

    return changes.commit(run.operation_id, change)


def refuse_run(run: Run, described: dict[str, Any]) -> None:
    """The run could not be handed over: the operation fails at its next step."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, run.operation_id)
        if record and record.state == OperationState.PENDING and record.run == run.number:
            fail(opened, record, first_unfinished(opened, record.id), described)
        unseal(opened)

    changes.commit(run.operation_id, change)


def cancel(operation_id: str) -> bool:
    """Mark the operation as cancelled, with its clean-up pending; False when it cannot be cancelled."""

    def change(opened: Session) -> bool:
        record = opened.get(OperationRecord, operation_id)
        if record is None or record.state not in CANCELLABLE:
            return False
        record.state = OperationState.CANCELLED
        record.finished_at = None
        for step in steps_of(opened, operation_id):
            if step.state in (StepState.PENDING, StepState.RUNNING):
                finish_step(step, StepState.CANCELLED)
        seal(opened, f"/operations/{operation_id}")
        return True

    return changes.commit(operation_id, change)


def cleaned_up(operation_id: str) -> None:
    """The clean-up after a cancelled operation has ended."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, operation_id)
        if record:
            record.finished_at = utc_now()
            remove_interim_outputs(steps_of(opened, operation_id))

    changes.commit(operation_id, change)


def pause_operation(run: Run) -> None:
    """The server stops: a running operation waits for the next start. Tried only once, because time is short."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, run.operation_id)
        if record and record.state == OperationState.RUNNING and record.run == run.number:
            record.state = OperationState.PENDING
            _steps_to_pending(opened, [record.id])

    changes.commit(run.operation_id, change, patience=0)


def pause_all() -> None:
    """Make all running operations pending: when an engine starts, none is running, whatever a killed server left. No record
    is read, so that one that cannot be read keeps nothing from starting."""

    def change(opened: Session) -> None:
        running = col(OperationRecord.state) == OperationState.RUNNING
        _steps_to_pending(opened, select(OperationRecord.id).where(running))
        opened.execute(update(OperationRecord).where(running).values(state=OperationState.PENDING))

    write(change)


def _next_run(record: OperationRecord) -> Run:
    record.run += 1
    return Run(record.id, record.run)


def _steps_to_pending(opened: Session, operations: Any) -> None:
    """The running steps of the operations, a query of ids, wait."""
    running = col(StepRecord.state) == StepState.RUNNING
    steps = update(StepRecord).where(running, col(StepRecord.operation_id).in_(operations))
    message = "Waiting for the server to go on"
    opened.execute(steps.values(state=StepState.PENDING, message=message, wait_until=None))
