"""When an error that a page shows clears itself."""

import pytest

from proto_ddf.errors import ValidationError
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.settings import get_settings
from tests.unit.web.shared.error_states import DraftState, pass_time


def test_a_field_error_never_clears_by_itself(draft: DraftState, slept: list[float]) -> None:
    error = ValidationError("Name it", field="name", value="", code="project_name_required")
    draft.handle_error(error, "generate")
    pass_time(draft)
    assert draft.error_message == ""
    assert draft.field_errors["name"]


def test_a_notice_clears_after_its_time(draft: DraftState, slept: list[float]) -> None:
    draft.handle_error(ValidationError("Odd", field="x", value=1, code="invalid_value"), "save")
    pass_time(draft)
    assert slept == [get_settings().error_notice_seconds]
    assert draft.error_message == draft.error_type == ""
    assert draft.error_context == {}
    assert not draft.error_shown


def test_an_error_that_can_be_retried_stays_longer(draft: DraftState, slept: list[float]) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    pass_time(draft)
    assert slept == [get_settings().error_retry_seconds]
    assert not draft.error_shown


def test_a_second_failure_cancels_the_first_timer() -> None:
    assert DraftState.event_handlers["clear_error_later"].supersedes
    assert DraftState.event_handlers["clear_error_later"].is_background


def test_its_callout_stays_its_time_from_when_try_again_is_active(
    draft: DraftState, slept: list[float]
) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(CircuitOpenError("shop", 3600.0), "connect")
    pass_time(draft)
    [seconds] = slept
    assert 3600 < seconds <= 3600 + get_settings().error_retry_seconds
    assert draft.error_retry_at == ""


@pytest.mark.parametrize("by", ["pointer", "focus"])
def test_the_callout_stays_while_someone_is_on_it(
    draft: DraftState, slept: list[float], by: str
) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    draft.pause_auto_clear(by)
    pass_time(draft)
    assert draft.error_shown
    event = draft.resume_auto_clear(by)
    assert event is not None  # the time starts anew
    pass_time(draft)
    assert not draft.error_shown


def test_it_stays_while_the_focus_is_there_though_the_pointer_left(
    draft: DraftState, slept: list[float]
) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    draft.pause_auto_clear("pointer")
    draft.pause_auto_clear("focus")
    assert draft.resume_auto_clear("pointer") is None
    pass_time(draft)
    assert draft.error_shown


def test_dismissing_under_the_pointer_does_not_keep_the_next_error(
    draft: DraftState, slept: list[float]
) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    draft.pause_auto_clear("pointer")
    draft.dismiss_error()
    draft.handle_error(ConnectionError("x"), "connect")
    pass_time(draft)
    assert not draft.error_shown


def test_a_callout_whose_retry_runs_is_not_cleared(draft: DraftState, slept: list[float]) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(ConnectionError("x"), "connect")
    draft.retry_operation()
    pass_time(draft)
    assert draft.error_shown
