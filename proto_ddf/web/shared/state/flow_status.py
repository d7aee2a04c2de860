"""Status and message of the two flows of Proto-DDF: connecting a source, and generating an app.

Both are computed from the page's state and stored nowhere, so that they are never out of date.
"""

from dataclasses import dataclass
from enum import StrEnum

from proto_ddf.operations.views import OperationView, StepView

_RUNNING = ("pending", "running")


class IntegrationStatus(StrEnum):
    """The status of connecting a source."""

    IDLE = "idle"
    """Nothing was tried since the last change of the form."""
    INVALID = "invalid"
    """The form has errors."""
    CONNECTING = "connecting"
    """A test or a connection is running."""
    CONNECTED = "connected"
    """The last test or connection succeeded."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class GenerationStatus(StrEnum):
    """The status of generating an app."""

    IDLE = "idle"
    INVALID = "invalid"
    """The form has errors."""
    GENERATING = "generating"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Flow:
    """The parts of a page's state that determine the status of its flow."""

    operation: OperationView
    """The operation that the page shows; its id is empty if there is none."""
    starting: bool
    """The form was sent, and its operation has not started yet."""
    retrying: bool
    """Try Again was pressed."""
    callout: str
    """The message of the callout; empty if none is shown."""
    invalid_fields: tuple[str, ...]
    """The form fields that have an error."""


def integration_status(flow: Flow) -> IntegrationStatus:
    if _is_running(flow):
        return IntegrationStatus.CONNECTING
    if flow.operation.state == "succeeded" and not flow.callout and not flow.invalid_fields:
        return IntegrationStatus.CONNECTED
    return IntegrationStatus(_ending(flow))


def generation_status(flow: Flow) -> GenerationStatus:
    if _is_running(flow):
        return GenerationStatus.GENERATING
    if flow.operation.state == "succeeded":
        return GenerationStatus.SUCCEEDED
    return GenerationStatus(_ending(flow))


def integration_message(flow: Flow) -> str:
    """The status in one line, for people. Errors of fields and steps, which the page shows anyway, are not repeated."""
    status = integration_status(flow)
    if status is IntegrationStatus.CONNECTED:
        if flow.operation.kind == "test_source":
            return "The connection works. Nothing is saved yet."
        return "The source is connected."
    if status is IntegrationStatus.IDLE:
        return "Nothing has been tried yet."
    return _message(flow)


def generation_message(flow: Flow, app: str) -> str:
    """The status in one line, for people; `app` is the name of the app that is generated."""
    status = generation_status(flow)
    if status is GenerationStatus.SUCCEEDED:
        return f"{app} is running."
    if status is GenerationStatus.IDLE:
        return "Nothing has been generated yet."
    return _message(flow)


def _is_running(flow: Flow) -> bool:
    return flow.starting or flow.retrying or flow.operation.state in _RUNNING


def _ending(flow: Flow) -> str:
    """The status of a flow that is not running and has not succeeded."""
    if flow.operation.state in ("failed", "cancelled"):
        return flow.operation.state
    if flow.callout:
        return "failed"
    return "invalid" if flow.invalid_fields else "idle"


def _message(flow: Flow) -> str:
    if _is_running(flow):
        return _progress(flow)
    if flow.operation.state == "cancelled":
        return "It was cancelled."
    error = flow.operation.error if flow.operation.state == "failed" else None
    if error:
        return str(error["message"])
    if flow.callout:
        return flow.callout
    if len(flow.invalid_fields) == 1:
        return "One field needs another value."
    return (
        f"{len(flow.invalid_fields)} fields need another value."
        if flow.invalid_fields
        else "It failed."
    )


def _progress(flow: Flow) -> str:
    operation = flow.operation
    if operation.state in _RUNNING:
        if flow.callout:  # the page could not read the operation's progress, or could not cancel it
            return flow.callout
        position = next((n for n, step in enumerate(operation.steps) if _is_next(step)), None)
        if position is not None:
            step = operation.steps[position]
            return f"Step {position + 1} of {len(operation.steps)}: {_doing(step)}"
    return "Trying again" if flow.retrying else "Starting"


def _is_next(step: StepView) -> bool:
    return step.state in _RUNNING


def _doing(step: StepView) -> str:
    if step.attempts and step.wait_seconds > 0:
        return f"{step.title}, attempt {step.attempt} of {step.attempts} failed"
    if step.attempts:
        return f"{step.title}, attempt {step.attempt + 1} of {step.attempts}"
    return step.title
