"""Reads the records of the journal."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import OperationRecord, OperationState, StepRecord, StepState
from proto_ddf.operations.model import JSON


@dataclass(frozen=True)
class Run:
    """One run of an operation: from its start, or from Try Again, to success, failure or cancel."""

    operation_id: str
    number: int


def error_id(run: Run, position: int) -> str:
    """The id of the error with which a step of a run failed: equal whenever it is reported."""
    return hashlib.sha256(f"{run.operation_id}:{run.number}:{position}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Child:
    """A process that a run of a step left running."""

    pid: int
    create_time: float


def read(operation_id: str) -> OperationRecord | None:
    with session() as opened:
        return opened.get(OperationRecord, operation_id)


def pending() -> list[Run]:
    """The current runs of the pending operations, oldest first."""
    wanted = col(OperationRecord.state) == OperationState.PENDING
    with session() as opened:
        query = select(OperationRecord.id, OperationRecord.run).where(wanted)
        ordered = query.order_by(col(OperationRecord.created_at))
        return [Run(operation_id, number) for operation_id, number in opened.exec(ordered).all()]


def pending_clean_ups() -> list[str]:
    """Ids of the cancelled operations whose clean-up has not ended."""
    cancelled = col(OperationRecord.state) == OperationState.CANCELLED
    unfinished = col(OperationRecord.finished_at).is_(None)
    with session() as opened:
        return list(opened.exec(select(OperationRecord.id).where(cancelled, unfinished)).all())


def next_position(operation_id: str) -> int:
    """Position of the first step that has not succeeded; 0 when all have."""
    with session() as opened:
        return first_unfinished(opened, operation_id)


def step_names(operation_id: str) -> list[str]:
    """Names of the operation's steps, in order."""
    with session() as opened:
        return [step.name for step in steps_of(opened, operation_id)]


def outputs(operation_id: str) -> dict[str, JSON]:
    """Outputs of the operation's finished steps, by step name."""
    with session() as opened:
        return outputs_of(steps_of(opened, operation_id))


def children(operation_id: str) -> list[Child]:
    """Processes recorded by the operation's steps."""
    with session() as opened:
        return [child for step in steps_of(opened, operation_id) if (child := child_of(step))]


def steps_of(opened: Session, operation_id: str) -> list[StepRecord]:
    query = select(StepRecord).where(col(StepRecord.operation_id) == operation_id)
    return list(opened.exec(query.order_by(col(StepRecord.position))).all())


def first_unfinished(opened: Session, operation_id: str) -> int:
    unfinished = (s for s in steps_of(opened, operation_id) if s.state != StepState.SUCCEEDED)
    return next((step.position for step in unfinished), 0)


def outputs_of(steps: Iterable[StepRecord]) -> dict[str, JSON]:
    return {step.name: output_of(step) for step in steps if step.state == StepState.SUCCEEDED}


def output_of(step: StepRecord) -> JSON:
    """The output of the step, interim or not."""
    output: JSON = step.output if step.interim_output is None else step.interim_output
    return output


def child_of(step: StepRecord) -> Child | None:
    if step.child_pid is None or step.child_create_time is None:
        return None
    return Child(step.child_pid, step.child_create_time)
