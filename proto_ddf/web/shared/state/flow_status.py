"""How the two flows of Proto-DDF stand, in one word and one line: connecting a source, and generating an app.

Both are worked out of what the page holds at the moment and kept nowhere, so they cannot be out of date.
"""

from dataclasses import dataclass
from enum import StrEnum

from proto_ddf.operations.views import OperationView, StepView

_UNDER_WAY = ("pending", "running")


class IntegrationStatus(StrEnum):
    """How the connecting of a source stands."""

    IDLE = "idle"
    """Nothing was tried since the form changed."""
    INVALID = "invalid"
    """Something in the form is wrong."""
    CONNECTING = "connecting"
    """A test or a connection is under way."""
    CONNECTED = "connected"
    """The last test or connection succeeded."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class GenerationStatus(StrEnum):
    """How the generation of an app stands."""

    IDLE = "idle"
    INVALID = "invalid"
    """Something in the form is wrong."""
    GENERATING = "generating"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Flow:
    """What a page holds about its flow."""

    operation: OperationView
    """The one shown; with an empty id where none is."""
    starting: bool
    """The form was sent and no operation is there yet."""
    retrying: bool
    """Try Again was pressed."""
    callout: str
    """The message of the callout; empty where none is shown."""
    faults: tuple[str, ...]
    """The fields of the form at which a message stands."""


def integration_status(flow: Flow) -> IntegrationStatus:
    if _is_under_way(flow):
        return IntegrationStatus.CONNECTING
    if flow.operation.state == "succeeded" and not flow.callout and not flow.faults:
        return IntegrationStatus.CONNECTED
    return IntegrationStatus(_ending(flow))


def generation_status(flow: Flow) -> GenerationStatus:
    if _is_under_way(flow):
        return GenerationStatus.GENERATING
    if flow.operation.state == "succeeded":
        return GenerationStatus.SUCCEEDED
    return GenerationStatus(_ending(flow))


def integration_message(flow: Flow) -> str:
    """The status in one line, for people. What stands at a field or in a step of the operation is not said again."""
    status = integration_status(flow)
    if status is IntegrationStatus.CONNECTED:
        if flow.operation.kind == "test_source":
            return "The connection works. Nothing is saved yet."
        return "The source is connected."
    if status is IntegrationStatus.IDLE:
        return "Nothing has been tried yet."
    return _message(flow)


def generation_message(flow: Flow, app: str) -> str:
    """The status in one line, for people; `app` is the name of the app that the operation shown makes."""
    status = generation_status(flow)
    if status is GenerationStatus.SUCCEEDED:
        return f"{app} is running."
    if status is GenerationStatus.IDLE:
        return "Nothing has been generated yet."
    return _message(flow)


def _is_under_way(flow: Flow) -> bool:
    return flow.starting or flow.retrying or flow.operation.state in _UNDER_WAY


def _ending(flow: Flow) -> str:
    """The words that both flows share."""
    if flow.operation.state in ("failed", "cancelled"):
        return flow.operation.state
    if flow.callout:
        return "failed"
    return "invalid" if flow.faults else "idle"


def _message(flow: Flow) -> str:
    if _is_under_way(flow):
        return _progress(flow)
    if flow.operation.state == "cancelled":
        return "It was cancelled."
    error = flow.operation.error if flow.operation.state == "failed" else None
    if error:
        return str(error["message"])
    if flow.callout:
        return flow.callout
    if len(flow.faults) == 1:
        return "One field needs another value."
    return f"{len(flow.faults)} fields need another value." if flow.faults else "It failed."


def _progress(flow: Flow) -> str:
    operation = flow.operation
    if operation.state in _UNDER_WAY:
        if flow.callout:  # the page cannot see how it goes on, or could not cancel it
            return flow.callout
        position = next((n for n, step in enumerate(operation.steps) if _is_next(step)), None)
        if position is not None:
            step = operation.steps[position]
            return f"Step {position + 1} of {len(operation.steps)}: {_doing(step)}"
    return "Trying again" if flow.retrying else "Starting"


def _is_next(step: StepView) -> bool:
    return step.state in _UNDER_WAY


def _doing(step: StepView) -> str:
    if step.attempts and step.wait_seconds > 0:
        return f"{step.title}, attempt {step.attempt} of {step.attempts} failed"
    if step.attempts:
        return f"{step.title}, attempt {step.attempt + 1} of {step.attempts}"
    return step.title
