"""The operations' own record: every change of state, written before anything acts on it.

Each function is one transaction, then wakes the watchers. A change that no longer fits (the operation was
cancelled meanwhile) is not made, and the function says so.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlmodel import Session, col, select

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
from proto_ddf.operations import hub
from proto_ddf.operations.model import JSON, Kind
from proto_ddf.operations.records import Child, child_of, first_unfinished, steps_of

_T = TypeVar("_T")
Pause = Callable[[float], object]
"""Waits some seconds between tries of a write, or raises to give up."""

FOR_EVER = float("inf")
UNFINISHED = (OperationState.PENDING, OperationState.RUNNING)
CANCELLABLE = (*UNFINISHED, OperationState.FAILED)


@dataclass(frozen=True)
class StepEntry:
    """What the journal knew when a step was about to run."""

    finished: bool
    """It had succeeded already, with `output`."""
    output: JSON = None
    child: Child | None = None


@dataclass
class StepUpdate:
    """News of a running step; None leaves a field as it is."""

    lines: deque[tuple[datetime, str]]
    message: str | None = None
    retry: tuple[int, int, datetime] | None = None
    """Attempt, of how many, and when the next starts."""


def create(kind: Kind[Any], given: BaseModel, user_id: str) -> str:
    """Note a new operation, pending. Its id is the answer."""
    operation_id = new_id()
    steps = kind.steps(given)

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

    _commit(operation_id, change)
    return operation_id


def forget(operation_id: str) -> None:
    """Remove an operation that never got to run."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, operation_id)
        if record:
            opened.delete(record)

    _commit(operation_id, change)


def begin(operation_id: str, pause: Pause) -> OperationRecord | None:
    """Mark the operation as running; None when it is not to run (failed, cancelled, finished, unknown)."""

    def change(opened: Session) -> OperationRecord | None:
        record = opened.get(OperationRecord, operation_id)
        if record is None or record.state not in UNFINISHED:
            return None
        record.state = OperationState.RUNNING
        record.started_at = record.started_at or utc_now()
        record.finished_at = None
        return record

    return _commit(operation_id, change, pause)


def step_started(operation_id: str, position: int, pause: Pause) -> StepEntry | None:
    """Mark a step as running, and count it, unless its output is there already; None: the operation is not
    running any more."""

    def change(opened: Session) -> StepEntry | None:
        found = _running(opened, operation_id, position)
        if found is None:
            return None
        record, step = found
        if step.name in record.output:
            _finish_step(step, StepState.SUCCEEDED)
            step.error = None
            return StepEntry(finished=True, output=record.output[step.name])
        child = child_of(step)
        step.state = StepState.RUNNING
        step.runs += 1
        step.message, step.error = "", None
        step.attempt, step.attempts, step.wait_until = 0, 0, None
        step.started_at, step.finished_at = utc_now(), None
        return StepEntry(finished=False, child=child)

    return _commit(operation_id, change, pause)


def step_succeeded(operation_id: str, position: int, output: JSON, pause: Pause) -> bool:
    """Keep a step's output; False when the operation is not running any more."""

    def change(opened: Session) -> bool:
        found = _running(opened, operation_id, position)
        if found is None:
            return False
        record, step = found
        record.output = {**record.output, step.name: output}
        _finish_step(step, StepState.SUCCEEDED)
        return True

    return _commit(operation_id, change, pause)


def step_failed(operation_id: str, position: int, described: dict[str, Any], pause: Pause) -> bool:
    """Mark a step, and with it the operation, as failed; False when it is not running any more."""

    def change(opened: Session) -> bool:
        found = _running(opened, operation_id, position)
        if found is None:
            return False
        record, step = found
        _finish_step(step, StepState.FAILED)
        step.error = described
        record.state = OperationState.FAILED
        record.finished_at = step.finished_at
        return True

    return _commit(operation_id, change, pause)


def succeed(operation_id: str, pause: Pause) -> bool:
    """Mark the operation as succeeded; False when it is not running any more."""

    def change(opened: Session) -> bool:
        record = opened.get(OperationRecord, operation_id)
        if record is None or record.state != OperationState.RUNNING:
            return False
        record.state = OperationState.SUCCEEDED
        record.finished_at = utc_now()
        return True

    return _commit(operation_id, change, pause)


def retry(operation_id: str) -> int | None:
    """Make a failed operation pending again; the position of its first step still to do, or None when it has
    not failed (any more)."""

    def change(opened: Session) -> int | None:
        record = opened.get(OperationRecord, operation_id)
        if record is None or record.state != OperationState.FAILED:
            return None
        record.state = OperationState.PENDING
        record.finished_at = None
        for step in steps_of(opened, operation_id):
            if step.state == StepState.FAILED:
                step.state, step.error, step.message = StepState.PENDING, None, ""
                step.started_at = step.finished_at = None
        return first_unfinished(opened, operation_id)

    return _commit(operation_id, change)


def cancel(operation_id: str) -> bool:
    """Mark the operation as cancelled, its clean-up still owed; False when it cannot be cancelled."""

    def change(opened: Session) -> bool:
        record = opened.get(OperationRecord, operation_id)
        if record is None or record.state not in CANCELLABLE:
            return False
        record.state = OperationState.CANCELLED
        record.finished_at = None
        for step in steps_of(opened, operation_id):
            if step.state in (StepState.PENDING, StepState.RUNNING):
                _finish_step(step, StepState.CANCELLED)
        return True

    return _commit(operation_id, change)


def cleaned_up(operation_id: str) -> None:
    """The clean-up after a cancelled operation is over."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, operation_id)
        if record:
            record.finished_at = utc_now()

    _commit(operation_id, change)


def pause_operation(operation_id: str) -> None:
    """The server stops: what ran waits for the next start. Tried once only, for time is short."""

    def change(opened: Session) -> None:
        record = opened.get(OperationRecord, operation_id)
        if record and record.state == OperationState.RUNNING:
            _to_pending(opened, record)

    _commit(operation_id, change, patience=0)


def pause_all() -> None:
    """At the start of an engine nothing runs yet, whatever a killed server left in the journal."""

    def change(opened: Session) -> None:
        running = col(OperationRecord.state) == OperationState.RUNNING
        for record in opened.exec(select(OperationRecord).where(running)).all():
            _to_pending(opened, record)

    write(change)


def remember_child(operation_id: str, position: int, child: Child, pause: Pause) -> None:
    """Note a process started by a step, so that the step's next run can end it."""

    def change(opened: Session) -> None:
        step = opened.get_one(StepRecord, (operation_id, position))
        step.child_pid, step.child_create_time = child.pid, child.create_time

    _commit(operation_id, change, pause)


def save_progress(operation_id: str, position: int, update: StepUpdate) -> None:
    """Add news to a step. Tried once only; the caller keeps what could not be written."""

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
    """Write and wake the watchers. With `pause`, a run's write waits as long as it takes, until told to stop:
    the run must not go on unrecorded."""
    if pause is not None:
        result = write(change, patience=FOR_EVER, pause=pause)
    elif patience is not None:
        result = write(change, patience=patience)
    else:
        result = write(change, pause=time.sleep)
    hub.publish(operation_id)
    return result


def _running(
    opened: Session, operation_id: str, position: int
) -> tuple[OperationRecord, StepRecord] | None:
    record = opened.get(OperationRecord, operation_id)
    if record is None or record.state != OperationState.RUNNING:
        return None
    return record, opened.get_one(StepRecord, (operation_id, position))


def _to_pending(opened: Session, record: OperationRecord) -> None:
    record.state = OperationState.PENDING
    for step in steps_of(opened, record.id):
        if step.state == StepState.RUNNING:
            step.state = StepState.PENDING
            step.message = "Waiting for the server to go on"
            step.wait_until = None


def _finish_step(step: StepRecord, state: StepState) -> None:
    step.state = state
    step.wait_until = None
    if state == StepState.SUCCEEDED:
        step.child_pid = step.child_create_time = None
    step.finished_at = utc_now()
