"""What Try Again runs, and when it becomes active."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from reflex.state import State

from proto_ddf.errors import ValidationError
from proto_ddf.resilience import CircuitOpenError, RateLimitedError
from proto_ddf.web.shared.state import errors as module
from tests.unit.web.retries import press_try_again
from tests.unit.web.shared.error_states import DraftState


def test_an_open_circuit_says_from_when_on_it_can_be_tried_again(draft: DraftState) -> None:
    draft._retry_handler = "connect"
    before = datetime.now(UTC)
    draft.handle_error(CircuitOpenError("shop", 12.0), "connect")
    assert draft.error_can_retry
    away = datetime.fromisoformat(draft.error_retry_at) - before
    assert 12 <= away.total_seconds() < 60
    assert 0 < draft.error_wait <= 12
    draft.handle_error(ConnectionError("x"), "connect")
    assert draft.error_retry_at == ""
    assert draft.error_wait == 0


@pytest.mark.parametrize("kind", [CircuitOpenError, RateLimitedError])
def test_a_click_before_that_time_is_refused_in_words_and_tries_nothing(
    draft: DraftState, kind: type[CircuitOpenError] | type[RateLimitedError]
) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(kind("shop", 3600.0), "connect")
    draft.error_wait = 0.0  # as a browser with a wrong clock has it
    event = draft.retry_operation()
    assert event is not None
    assert re.search(r"It is too early to try again: wait 3[56]\d\d s more\.", str(event.args))
    assert not draft.error_retrying
    assert draft.error_shown
    assert 3500 < draft.error_wait <= 3600


def test_once_the_time_has_come_it_tries(draft: DraftState) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(CircuitOpenError("shop", 3600.0), "connect")
    draft.error_retry_at = datetime.now(UTC).isoformat()
    assert press_try_again(draft).handler.fn.__name__ == "connect"


def test_try_again_runs_the_handler_that_failed_with_its_arguments(draft: DraftState) -> None:
    draft._retry_handler, draft._retry_args = "connect", [2]
    draft.handle_error(ConnectionError("x"), "connect")
    event = press_try_again(draft)
    assert draft.error_retrying
    assert event.handler.fn.__name__ == "connect"
    assert draft.retry_operation() is None  # a second click, while the first runs
    draft.connect(2)
    assert draft.ran == 2
    assert not draft.error_shown
    assert not draft.error_retrying


def test_a_retry_that_fails_can_be_tried_again(draft: DraftState) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(ConnectionError("x"), "connect")
    draft.retry_operation()
    draft.handle_error(ConnectionError("x"), "connect")
    assert not draft.error_retrying
    assert draft.retry_operation() is not None


def test_nothing_is_retried_that_cannot_be_retried(draft: DraftState) -> None:
    assert draft.retry_operation() is None
    draft._retry_handler = "connect"
    assert draft.retry_operation() is None
    draft.handle_error(ValidationError("Odd", field="x", value=1, code="required"), "save")
    assert draft.retry_operation() is None


def test_an_operation_can_be_what_is_retried(draft: DraftState) -> None:
    draft._retry_operation_id = "abc"
    draft.handle_error(ConnectionError("x"), "generate")
    event = press_try_again(draft)
    assert event.handler.fn.__name__ == "resume_failed_operation"


def test_a_retry_that_cannot_start_says_why(
    draft: DraftState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_operation_id: str) -> None:
        raise ValidationError("It runs.", field="operation", value="abc", code="invalid_value")

    monkeypatch.setattr(module.service, "retry", refuse)
    draft._retry_operation_id = "abc"
    draft.handle_error(ConnectionError("x"), "generate")
    draft.retry_operation()

    async def run() -> list[Any]:
        handler = DraftState.event_handlers["resume_failed_operation"].fn
        return [event async for event in handler(draft, "abc")]

    assert asyncio.run(run())
    assert draft.error_type == "ValidationError"
    assert not draft.error_retrying


def test_what_retries_is_not_sent_to_the_browser(draft: DraftState, root: State) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(ConnectionError("x"), "connect")
    assert "_retry_handler" not in str(root.get_delta())


def test_try_again_shows_only_where_there_is_something_to_run_again(draft: DraftState) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    assert not draft.error_can_retry
    draft._retry_handler = "connect"
    draft.handle_error(ConnectionError("x"), "connect")
    assert draft.error_can_retry
