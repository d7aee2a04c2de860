"""The errors of a page's state."""

import asyncio
import json
from typing import Any

import pytest
from reflex.state import State

from proto_ddf.errors import ValidationError
from tests.odd_values import ODD
from tests.unit.web.shared.error_states import DraftState, OtherState


def test_an_error_is_shown_with_its_words_type_and_context(draft: DraftState) -> None:
    event = draft.handle_error(ConnectionRefusedError("no"), "connect source", source="shop")
    assert draft.error_shown
    assert draft.error_message
    assert draft.error_title
    assert draft.error_type == "ConnectionRefusedError"
    assert draft.error_context["operation"] == "connect source"
    assert draft.error_context["user_id"] == "anonymous"
    assert draft.error_context["retry_possible"] is True
    assert draft.error_context["source"] == "shop"
    assert json.loads(draft.error_details)["code"] == "connection_failed"
    assert event is not None
    assert event.fn.__name__ == "clear_error_later"


def test_secrets_do_not_reach_the_page(draft: DraftState, root: State) -> None:
    draft.handle_error(ConnectionError("x"), "connect", password="hunter2")
    assert "hunter2" not in str(root.get_delta())


def test_each_page_has_errors_of_its_own(draft: DraftState, root: State) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    other = root.get_substate(OtherState.get_full_name().split("."))
    assert other.error_message == ""


@pytest.mark.parametrize("not_an_error", ["text", None, 3, {"message": "x"}, [], True])
def test_a_client_that_calls_handle_error_does_no_harm(
    draft: DraftState, not_an_error: Any
) -> None:
    assert draft.handle_error(not_an_error, "anything", retry_possible=True) is None
    assert draft.error_message == ""
    assert not draft.error_shown


def test_a_context_from_a_caller_cannot_offer_a_retry(draft: DraftState) -> None:
    error = ValidationError("Bad", field="other", value="", code="required")
    draft.handle_error(error, "save", retry_possible=True)
    assert draft.error_context["retry_possible"] is False


def test_a_field_error_stands_at_its_field_and_not_in_the_callout(draft: DraftState) -> None:
    error = ValidationError("Name it", field="name", value="", code="project_name_required")
    draft.handle_error(error, "generate")
    assert draft.field_errors["name"]
    assert draft.error_message == draft.field_errors["name"]
    assert not draft.error_shown


def test_an_error_of_a_field_the_page_lacks_is_shown_in_the_callout(draft: DraftState) -> None:
    error = ValidationError("Odd", field="colour", value="", code="invalid_value")
    draft.handle_error(error, "generate")
    assert draft.error_shown


@pytest.mark.parametrize(
    "ending",
    [
        KeyboardInterrupt(),
        asyncio.CancelledError(),
        SystemExit(1),
        GeneratorExit(),
        BaseExceptionGroup("g", [KeyboardInterrupt()]),
    ],
    ids=repr,
)
def test_what_ends_the_program_or_the_task_passes(draft: DraftState, ending: BaseException) -> None:
    with pytest.raises(type(ending)) as caught:
        draft.handle_error(ending, "connect")
    assert caught.value is ending
    assert draft.error_message == ""


@pytest.mark.parametrize(
    "name", ["self", "error", "operation", "context", "described", "state", "user_id", "event"]
)
def test_a_context_may_use_the_names_of_parameters(draft: DraftState, name: str) -> None:
    draft.handle_error(ConnectionError("x"), "connect", **{name: "x"})
    assert draft.error_context["operation"] == "connect"
    assert draft.error_context["attempted" if name == "operation" else name] == "x"


def test_both_can_be_given_by_name(draft: DraftState) -> None:
    draft.handle_error(error=ConnectionError("x"), operation="connect")
    assert draft.error_context["operation"] == "connect"
    assert draft.error_type == "ConnectionError"


@pytest.mark.parametrize("name", ODD)
def test_no_context_makes_it_raise(draft: DraftState, root: State, name: str) -> None:
    """See tests/unit/errors/test_never_raises.py for the kind."""
    odd = ODD[name]
    event = draft.handle_error(
        ConnectionError("x"), "connect", value=odd, user_id=odd, retry_at=odd
    )
    assert event is not None
    assert draft.error_shown
    assert json.loads(draft.error_details)["operation"] == "connect"
    json.dumps(root.get_delta(), default=str)
    draft.handle_error(OSError(28, "full"), odd)
    assert draft.error_type == "OSError"
