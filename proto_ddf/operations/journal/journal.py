"""Writes the record of operations: every change of state is written before anything acts on it.

Each function is one transaction, and then wakes the watchers. A change that is not valid any more, for instance because the
operation was cancelled, is not made; a run is told so by OperationStopped.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import update
from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.tables import (
    OperationRecord,
    OperationState,
    StepLogRecord,
    StepRecord,
    StepState,
    new_id,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.operations.journal.records import (
    Child,
    Run,
    child_of,
    first_unfinished,
    output_of,
    steps_of,
)
from proto_ddf.operations.model import JSON, Kind
from proto_ddf.operations.stop_flag import SUPERSEDED, OperationStopped
from proto_ddf.submissions import current_submission, seal, unseal

_T = TypeVar("_T")
Pause = Callable[[float], object]
"""Waits some seconds between attempts to write, or raises to give up."""

FOR_EVER = float("inf")
UNFINISHED = (OperationState.PENDING, OperationState.RUNNING)
CANCELLABLE = (*UNFINISHED, OperationState.FAILED)


@dataclass(frozen=True)
class NextStep:
    """The step that a run executes next."""

    position: int
    name: str
    outputs: dict[str, JSON]
    """Outputs of the steps before it, by step name."""
    child: Child | None = None
    """A process that an earlier run of this step left running."""


@dataclass
class StepUpdate:
    """Progress of a running step; None leaves a field unchanged."""

    lines: deque[tuple[datetime, str]]
    message: str | None = None
    retry: tuple[int, int, datetime] | None = None
    """Attempt, of how many, and when the next starts."""


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

    _commit(operation_id, change)
    return Run(operation_id, 1)


def forget(operation_id: str) -> None:
    """Remove an operation that has never run."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, operation_id)
        if record:
            opened.delete(record)
        unseal(opened)

    _commit(operation_id, change)


def begin(run: Run, pause: Pause) -> OperationRecord:
    """Mark the operation as running.

    Raises:
        OperationStopped: when the operation must not run (failed, cancelled, finished, unknown), or not by this run.
    """

    def change(opened: Session) -> OperationRecord:
        record = _current(opened, run, *UNFINISHED)
        record.state = OperationState.RUNNING
        record.started_at = record.started_at or utc_now()
        record.finished_at = None
        return record

    return _commit(run.operation_id, change, pause)


def start_next_step(run: Run, pause: Pause) -> NextStep | None:
    """Mark the first step that has not succeeded as running, and count it; if none is left, mark the operation as
    succeeded and return None.

    Raises:
        OperationStopped: when the operation is not running any more, or not by this run.
    """

    def change(opened: Session) -> NextStep | None:
        record = _current(opened, run, OperationState.RUNNING)
        outputs: dict[str, JSON] = {}
        steps = steps_of(opened, run.operation_id)
        for step in steps:
            if step.state == StepState.SUCCEEDED:
                outputs[step.name] = output_of(step)
                continue
            child = child_of(step)
            step.state = StepState.RUNNING
            step.runs += 1
            step.message, step.error = "", None
            step.attempt, step.attempts, step.wait_until = 0, 0, None
            step.started_at, step.finished_at = utc_now(), None
            return NextStep(step.position, step.name, outputs, child)
        _remove_interim_outputs(steps)
        record.state = OperationState.SUCCEEDED
        record.finished_at = utc_now()
        return None

    return _commit(run.operation_id, change, pause)


def step_succeeded(
    run: Run, position: int, output: JSON, pause: Pause, *, interim: bool = False
) -> None:
    """Keep a step's output; an `interim` one until the operation is over. Raises OperationStopped as `start_next_step`
    does."""

    def change(opened: Session) -> None:
        _current(opened, run, OperationState.RUNNING)
        step = opened.get_one(StepRecord, (run.operation_id, position))
        if interim:
            step.interim_output = output
        else:
            step.output = output
        _finish_step(step, StepState.SUCCEEDED)

    _commit(run.operation_id, change, pause)


def step_failed(run: Run, position: int, described: dict[str, Any], pause: Pause) -> None:
    """Mark a step, and with it the operation, as failed. Raises OperationStopped as `start_next_step` does."""

    def change(opened: Session) -> None:
        _fail(opened, _current(opened, run, OperationState.RUNNING), position, described)

    _commit(run.operation_id, change, pause)


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

    return _commit(operation_id, change)


def renew(run: Run) -> Run | None:
    """Replace the run of a pending operation, which no workflow executes; returns the new run, or None when the operation
    is not pending (any more)."""

    def change(opened: Session) -> Run | None:
        record = opened.get(OperationRecord, run.operation_id)
        if record is None or record.state != OperationState.PENDING or record.run != run.number:
            return None
        return _next_run(record)

    return _commit(run.operation_id, change)


def refuse_run(run: Run, described: dict[str, Any]) -> None:
    """The run could not be handed over: the operation fails at its next step."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, run.operation_id)
        if record and record.state == OperationState.PENDING and record.run == run.number:
            _fail(opened, record, first_unfinished(opened, record.id), described)
        unseal(opened)

    _commit(run.operation_id, change)


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
                _finish_step(step, StepState.CANCELLED)
        seal(opened, f"/operations/{operation_id}")
        return True

    return _commit(operation_id, change)


def cleaned_up(operation_id: str) -> None:
    """The clean-up after a cancelled operation has ended."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, operation_id)
        if record:
            record.finished_at = utc_now()
            _remove_interim_outputs(steps_of(opened, operation_id))

    _commit(operation_id, change)


def pause_operation(run: Run) -> None:
    """The server stops: a running operation waits for the next start. Tried only once, because time is short."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, run.operation_id)
        if record and record.state == OperationState.RUNNING and record.run == run.number:
            record.state = OperationState.PENDING
            _steps_to_pending(opened, [record.id])

    _commit(run.operation_id, change, patience=0)


def pause_all() -> None:
    """Make all running operations pending: when an engine starts, none is running, whatever a killed server left. No record
    is read, so that one that cannot be read keeps nothing from starting."""

    def change(opened: Session) -> None:
        running = col(OperationRecord.state) == OperationState.RUNNING
        _steps_to_pending(opened, select(OperationRecord.id).where(running))
        opened.execute(update(OperationRecord).where(running).values(state=OperationState.PENDING))

    write(change)


def remember_child(operation_id: str, position: int, child: Child, pause: Pause) -> None:
    """Record a process started by a step, so that the step's next run can end it."""

    def change(opened: Session) -> None:
        step = opened.get_one(StepRecord, (operation_id, position))
        step.child_pid, step.child_create_time = child.pid, child.create_time

    _commit(operation_id, change, pause)


def save_progress(operation_id: str, position: int, update: StepUpdate) -> None:
    """Add progress to a step. Tried only once; the caller keeps what could not be written."""

    def change(opened: Session) -> None:
        step = opened.get_one(StepRecord, (operation_id, position))
        if update.message is not None:
            step.message = update.message
        if update.retry is not None and step.state == StepState.RUNNING:
            step.attempt, step.attempts, step.wait_until = update.retry
        opened.add_all(
            StepLogRecord(operation_id=operation_id, position=position, at=at, line=line)
            for at, line in update.lines
        )

    _commit(operation_id, change, patience=0)


def _commit(
    operation_id: str,
    change: Callable[[Session], _T],
    pause: Pause | None = None,
    patience: float | None = None,
) -> _T:
    """Write and wake the watchers. With `pause`, the write of a run is retried without limit, until the run is told to stop:
    it must not continue unrecorded."""
    if pause is not None:
        result = write(change, patience=FOR_EVER, pause=pause)
    elif patience is not None:
        result = write(change, patience=patience)
    else:
        result = write(change, pause=time.sleep)
    change_events.publish(operation_id)
    return result


def _current(opened: Session, run: Run, *states: OperationState) -> OperationRecord:
    """The operation. Raises OperationStopped unless this is its current run and it is in one of the states."""
    record = opened.get(OperationRecord, run.operation_id)
    if record is None or record.run != run.number or record.state not in states:
        raise OperationStopped(SUPERSEDED)
    return record


def _next_run(record: OperationRecord) -> Run:
    record.run += 1
    return Run(record.id, record.run)


def _fail(
    opened: Session, record: OperationRecord, position: int, described: dict[str, Any]
) -> None:
    step = opened.get_one(StepRecord, (record.id, position))
    _finish_step(step, StepState.FAILED)
    step.error = described
    record.state = OperationState.FAILED
    record.finished_at = step.finished_at


def _steps_to_pending(opened: Session, operations: Any) -> None:
    """The running steps of the operations, a query of ids, wait."""
    running = col(StepRecord.state) == StepState.RUNNING
    steps = update(StepRecord).where(running, col(StepRecord.operation_id).in_(operations))
    message = "Waiting for the server to go on"
    opened.execute(steps.values(state=StepState.PENDING, message=message, wait_until=None))


def _remove_interim_outputs(steps: Iterable[StepRecord]) -> None:
    for step in steps:
        step.interim_output = None


def _finish_step(step: StepRecord, state: StepState) -> None:
    step.state = state
    step.wait_until = None
    if state == StepState.SUCCEEDED:
        step.child_pid = step.child_create_time = None
    step.finished_at = utc_now()
