"""Runs the steps of an operation one by one, without an engine."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from proto_ddf.operations.model import JSON, KINDS, StepContext


def steps_up_to_last(kind: str, given: BaseModel, operation_id: str) -> Callable[[], JSON]:
    """Prepares the input and runs every step but the last. Returns a function that runs the last step and can be
    called repeatedly."""
    prepared = KINDS[kind].prepare(given)
    *earlier, last = KINDS[kind].steps_for(prepared)
    outputs: dict[str, Any] = {}
    for step in earlier:
        outputs[step.name] = step.run(StepContext(operation_id, prepared, outputs))
    return lambda: last.run(StepContext(operation_id, prepared, outputs))


def run_steps(kind: str, given: BaseModel, operation_id: str) -> JSON:
    """Prepares the input and runs every step; returns the output of the last one."""
    return steps_up_to_last(kind, given, operation_id)()
