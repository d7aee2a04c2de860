"""The status of the two flows follows from what the page holds, whatever that is.

Of the kind: an operation in each state, with and without a message at a field, a callout, a form that is being sent, a
pressed Try Again; each of them gone again, by time, by an edit or by another operation. A status that outlives its
cause is the fault.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reflex.state import State

from proto_ddf import errors
from proto_ddf.errors import ValidationError, describe
from proto_ddf.operations.views import OperationView, StepView
from proto_ddf.web.generate.state import GenerateState
from proto_ddf.web.shared.state import flow_status
from proto_ddf.web.shared.state.flow_status import Flow, GenerationStatus, IntegrationStatus
from proto_ddf.web.shared.state.operation import no_operation
from proto_ddf.web.sources.connect.state import NewSourceState

STATES = ("pending", "running", "succeeded", "failed", "cancelled")
UNDER_WAY = ("pending", "running")


def operation(state: str, **values: Any) -> OperationView:
    error = describe(errors.SystemError("Full.", component="disk", code="disk_space_low"), "x")
    given = {
        "id": "op1",
        "kind": "test_source",
        "title": "Generate My shop",
        "subject": "my_shop",
        "state": state,
        "created_at": "2026-11-22T06:00:00+00:00",
        "error": error if state == "failed" else None,
        "steps": [
            StepView(name="a", title="Find the file", state="succeeded"),
            StepView(name="b", title="Open it", state="running" if state in UNDER_WAY else state),
        ],
    }
    return OperationView(**{**given, **values})


def flow(**values: Any) -> Flow:
    nothing: dict[str, Any] = {
        "operation": no_operation(),
        "starting": False,
        "retrying": False,
        "callout": "",
        "invalid_fields": (),
    }
    return Flow(**{**nothing, **values})


@pytest.mark.parametrize(
    ("held", "integration", "generation"),
    [
        ({}, "idle", "idle"),
        ({"starting": True}, "connecting", "generating"),
        ({"retrying": True, "callout": "It failed."}, "connecting", "generating"),
        ({"invalid_fields": ("name",)}, "invalid", "invalid"),
        ({"callout": "The disk is full."}, "failed", "failed"),
        ({"callout": "The disk is full.", "invalid_fields": ("name",)}, "failed", "failed"),
        ({"operation": operation("pending")}, "connecting", "generating"),
        ({"operation": operation("running")}, "connecting", "generating"),
        ({"operation": operation("succeeded")}, "connected", "succeeded"),
        ({"operation": operation("failed")}, "failed", "failed"),
        ({"operation": operation("failed"), "invalid_fields": ("path",)}, "failed", "failed"),
        ({"operation": operation("failed"), "retrying": True}, "connecting", "generating"),
        ({"operation": operation("cancelled")}, "cancelled", "cancelled"),
        (
            {"operation": operation("succeeded"), "invalid_fields": ("name",)},
            "invalid",
            "succeeded",
        ),
    ],
)
def test_the_status_is_that_of_what_the_page_holds(
    held: dict[str, Any], integration: str, generation: str
) -> None:
    assert flow_status.integration_status(flow(**held)) == integration
    assert flow_status.generation_status(flow(**held)) == generation


flows = st.builds(
    Flow,
    operation=st.one_of(st.just(no_operation()), st.sampled_from(STATES).map(operation)),
    starting=st.booleans(),
    retrying=st.booleans(),
    callout=st.sampled_from(["", "The disk is full."]),
    invalid_fields=st.sampled_from([(), ("name",), ("name", "path")]),
)


@given(flows)
def test_every_status_has_a_message_and_work_under_way_is_never_shown_as_over(held: Flow) -> None:
    for status, message in (
        (flow_status.integration_status(held), flow_status.integration_message(held)),
        (flow_status.generation_status(held), flow_status.generation_message(held, "My shop")),
    ):
        assert message.strip()
        works = held.starting or held.retrying or held.operation.state in UNDER_WAY
        assert (status in ("connecting", "generating")) == works
        if not held.operation.id and not works and not held.callout:
            assert status == ("invalid" if held.invalid_fields else "idle")


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ({}, "Nothing has been tried yet."),
        ({"starting": True}, "Starting"),
        ({"retrying": True}, "Trying again"),
        ({"invalid_fields": ("a",)}, "One field needs another value."),
        ({"invalid_fields": ("a", "b")}, "2 fields need another value."),
        ({"operation": operation("running")}, "Step 2 of 2: Open it"),
        ({"operation": operation("succeeded")}, "The connection works. Nothing is saved yet."),
        (
            {"operation": operation("succeeded", kind="connect_source")},
            "The source is connected.",
        ),
        ({"operation": operation("cancelled")}, "It was cancelled."),
    ],
)
def test_the_message_says_more(held: dict[str, Any], message: str) -> None:
    assert flow_status.integration_message(flow(**held)) == message


@pytest.mark.parametrize(
    ("wait", "words"),
    [(0.8, "attempt 2 of 5 failed"), (0.0, "attempt 3 of 5")],
)
def test_attempts_are_reported(wait: float, words: str) -> None:
    step = StepView(
        name="b", title="Sign in", state="running", attempt=2, attempts=5, wait_seconds=wait
    )
    shown = operation("running", steps=[step])
    message = flow_status.integration_message(flow(operation=shown))
    assert message == f"Step 1 of 1: Sign in, {words}"


@pytest.fixture
def generating() -> GenerateState:
    return state_of(GenerateState)


@pytest.fixture
def connecting() -> NewSourceState:
    return state_of(NewSourceState)


def state_of(kind: type[Any]) -> Any:
    return State(_reflex_internal_init=True).get_substate(kind.get_full_name().split("."))


def test_the_generate_page_follows_its_operation(generating: GenerateState) -> None:
    assert generating.generation_status is GenerationStatus.IDLE
    generating.starting = True
    assert generating.generation_status is GenerationStatus.GENERATING
    generating.starting = False
    generating._show_operation(operation("running"))
    assert generating.generation_message == "Step 2 of 2: Open it"
    generating._show_operation(operation("failed"))
    assert generating.generation_status is GenerationStatus.FAILED
    assert "not enough free space" in generating.generation_message
    generating.operation_busy = "retrying"
    assert generating.generation_status is GenerationStatus.GENERATING
    generating.operation_busy = ""
    generating._show_operation(operation("succeeded"))
    assert generating.generation_message == "My shop is running."
    generating.back_to_form()
    assert generating.generation_status is GenerationStatus.IDLE


def test_the_generate_page_follows_its_form(generating: GenerateState) -> None:
    generating.check_name("x")
    assert generating.generation_status is GenerationStatus.INVALID
    generating._clear_error()  # its time is over; what stands at the field stays
    assert generating.generation_status is GenerationStatus.INVALID
    generating.set_name("A good name")
    assert generating.generation_status is GenerationStatus.IDLE
    generating._retry_by("extend_plan")
    generating.handle_error(TimeoutError("x"), "plan the app")
    assert generating.generation_status is GenerationStatus.FAILED
    assert generating.generation_message == generating.error_message
    generating.retry_operation()
    assert generating.generation_status is GenerationStatus.GENERATING
    generating._clear_error()
    assert generating.generation_status is GenerationStatus.IDLE


def test_the_connect_page_follows_its_form_and_its_operation(connecting: NewSourceState) -> None:
    assert connecting.integration_status is IntegrationStatus.IDLE
    connecting.starting = "test"
    assert connecting.integration_status is IntegrationStatus.CONNECTING
    connecting.starting = ""
    wrong = ValidationError("Name it.", field="name", value="", code="source_name_required")
    connecting.handle_error(wrong, "connect source")
    assert connecting.integration_status is IntegrationStatus.INVALID
    connecting.set_name("Shop")
    assert connecting.integration_status is IntegrationStatus.IDLE
    connecting._show_operation(operation("succeeded"))
    assert connecting.integration_status is IntegrationStatus.CONNECTED
    connecting.set_kind("csv")  # what was tried is no longer what the form says
    assert connecting.integration_status is IntegrationStatus.IDLE
    assert connecting.integration_message == "Nothing has been tried yet."
