"""What all changes of the journal have in common."""

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlmodel import Session

from proto_ddf import change_events
from proto_ddf.db.tables import OperationRecord, OperationState, StepRecord, StepState, utc_now
from proto_ddf.db.writing import write

_T = TypeVar("_T")
Pause = Callable[[float], object]
"""Waits some seconds between attempts to write, or raises to give up."""

FOR_EVER = float("inf")
UNFINISHED = (OperationState.PENDING, OperationState.RUNNING)


def commit(
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


def fail(
    opened: Session, record: OperationRecord, position: int, described: dict[str, Any]
) -> None:
    step = opened.get_one(StepRecord, (record.id, position))
    finish_step(step, StepState.FAILED)
    step.error = described
    record.state = OperationState.FAILED
    record.finished_at = step.finished_at


def remove_interim_outputs(steps: Iterable[StepRecord]) -> None:
    for step in steps:
        step.interim_output = None


def finish_step(step: StepRecord, state: StepState) -> None:
    step.state = state
    step.wait_until = None
    if state == StepState.SUCCEEDED:
        step.child_pid = step.child_create_time = None
    step.finished_at = utc_now()
