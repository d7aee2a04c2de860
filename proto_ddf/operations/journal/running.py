"""What a run writes into the journal: the steps that it executes, and their progress.

Each function is one transaction, and then wakes the watchers. A run whose operation was cancelled, or that is not its current run
any more, is told so by OperationStopped.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from proto_ddf.db.tables import (
    OperationRecord,
    OperationState,
    StepLogRecord,
    StepRecord,
    StepState,
    utc_now,
)
from proto_ddf.operations.journal import changes
from proto_ddf.operations.journal.changes import (
    UNFINISHED,
    Pause,
    fail,
    finish_step,
    remove_interim_outputs,
)
from proto_ddf.operations.journal.records import Child, Run, child_of, output_of, steps_of
from proto_ddf.operations.model import JSON
from proto_ddf.operations.stop_flag import SUPERSEDED, OperationStopped


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

    return changes.commit(run.operation_id, change, pause)


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
        remove_interim_outputs(steps)
        record.state = OperationState.SUCCEEDED
        record.finished_at = utc_now()
        return None

    return changes.commit(run.operation_id, change, pause)


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
        finish_step(step, StepState.SUCCEEDED)

    changes.commit(run.operation_id, change, pause)


def step_failed(run: Run, position: int, described: dict[str, Any], pause: Pause) -> None:
    """Mark a step, and with it the operation, as failed. Raises OperationStopped as `start_next_step` does."""

    def change(opened: Session) -> None:
        fail(opened, _current(opened, run, OperationState.RUNNING), position, described)

    changes.commit(run.operation_id, change, pause)


def remember_child(operation_id: str, position: int, child: Child, pause: Pause) -> None:
    """Record a process started by a step, so that the step's next run can end it."""

    def change(opened: Session) -> None:
        step = opened.get_one(StepRecord, (operation_id, position))
        step.child_pid, step.child_create_time = child.pid, child.create_time

    changes.commit(operation_id, change, pause)


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

    changes.commit(operation_id, change, patience=0)


def _current(opened: Session, run: Run, *states: OperationState) -> OperationRecord:
    """The operation. Raises OperationStopped unless this is its current run and it is in one of the states."""
    record = opened.get(OperationRecord, run.operation_id)
    if record is None or record.run != run.number or record.state not in states:
        raise OperationStopped(SUPERSEDED)
    return record
