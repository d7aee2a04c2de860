"""Watching an operation from a page, cancelling it, trying it again."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import reflex as rx
from reflex.state import State

from proto_ddf import change_events, errors
from proto_ddf.errors import ValidationError, describe
from proto_ddf.operations.views import OperationView, StepView
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.web.shared.state import live, operation
from proto_ddf.web.shared.state.operation import OperationMixin
from tests.unit.web.retries import press_try_again
from tests.unit.web.states import run


class WatchingState(OperationMixin, rx.State):
    ended: list[str] = []

    def _operation_ended(self) -> Any:
        self.ended.append(self.operation.state)
        return rx.console_log("over")


@pytest.fixture
def watching() -> WatchingState:
    root = State(_reflex_internal_init=True)
    state = root.get_substate(WatchingState.get_full_name().split("."))
    assert isinstance(state, WatchingState)
    return state


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(operation, "_REFRESH_SECONDS", 0.001)


def view(state: str, **values: Any) -> OperationView:
    over = state in ("succeeded", "failed", "cancelled")
    given = {
        "id": "op1",
        "kind": "generate_app",
        "title": "Generate Shop",
        "subject": "shop",
        "state": state,
        "created_at": "2026-11-22T06:00:00+00:00",
        "finished_at": "2026-11-22T06:00:09+00:00" if over else None,
        "can_retry": state == "failed",
        "steps": [StepView(name="install", title="Install", state=state)],
    }
    return OperationView(**{**given, **values})


def full_disk() -> dict[str, Any]:
    error = errors.SystemError("full", component="disk", code="disk_space_low", path="/data")
    return describe(error, "Install")


def watch(
    state: WatchingState,
    monkeypatch: pytest.MonkeyPatch,
    views: list[OperationView | None],
) -> list[Any]:
    """Follow an operation whose views are `views`, one after the other."""
    seen = iter(views)

    def look(operation_id: str) -> OperationView | None:
        assert operation_id == "op1"
        return next(seen)

    monkeypatch.setattr(operation.service, "view", look)

    async def run() -> list[Any]:
        handler = WatchingState.event_handlers["watch_operation"].fn
        return [event async for event in handler(state, "op1")]

    return asyncio.run(run())


def test_it_is_followed_until_it_has_succeeded(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = watch(watching, monkeypatch, [view("pending"), view("running"), view("succeeded")])
    assert watching.operation.state == "succeeded"
    assert watching.ended == ["succeeded"]
    assert len(events) == 1


def test_a_failed_one_is_followed_on_since_another_tab_may_try_it_again(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = view("failed", error=full_disk())
    watch(watching, monkeypatch, [failed, failed, view("running"), view("succeeded")])
    assert watching.ended == ["failed", "succeeded"]
    assert watching.operation_error == {}


def test_its_failure_is_reported_with_details_and_try_again(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = full_disk()
    watching._show_operation(view("failed", error=error))
    assert watching.operation_error["message"] == error["message"]
    assert watching.operation_error["error_type"] == "SystemError"
    assert json.loads(watching.operation_error["details"])["operation_id"] == "op1"
    assert watching.operation_can_retry


def test_an_open_circuit_says_when_it_can_be_tried_again_after_a_reload_too(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = describe(CircuitOpenError("shop", 3600.0), "Install")
    failed = view("failed", error=error)
    watching._show_operation(failed)
    assert watching.operation_can_retry
    retry_at = datetime.fromisoformat(watching.operation_error["retry_at"])
    assert 3500 < (retry_at - datetime.now(UTC)).total_seconds() <= 3600
    watching.operation_wait = 99_999.0  # as it was when the page was left
    tabs = iter([True, False])
    monkeypatch.setattr(live, "is_connected", lambda _state: next(tabs))
    watch(watching, monkeypatch, [failed])
    assert 3500 < watching.operation_wait <= 3600


def test_a_wait_that_is_over_is_no_wait(watching: WatchingState) -> None:
    error = describe(CircuitOpenError("shop", 30.0), "Install")
    error["context"]["retry_at"] = "2026-01-01T00:00:00+00:00"
    watching._show_operation(view("failed", error=error))
    assert watching.operation_wait == 0.0


def test_a_failure_that_a_retry_cannot_mend_offers_none(watching: WatchingState) -> None:
    error = describe(
        ValidationError("taken", field="name", value="shop", code="project_name_taken"), "x"
    )
    watching._show_operation(view("failed", error=error))
    assert watching.operation_error["message"]
    assert not watching.operation_can_retry


def test_an_unknown_operation_is_reported_as_missing(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(watching, monkeypatch, [None])
    assert watching.operation_missing
    assert watching.operation.id == ""


def test_what_did_not_change_is_not_sent(watching: WatchingState) -> None:
    root = watching.parent_state
    watching._show_operation(view("running"))
    root.get_delta()
    root._clean()
    watching._show_operation(view("running"))
    assert root.get_delta() == {}


def test_a_change_wakes_the_watcher_at_once(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "_REFRESH_SECONDS", 3600)
    now = view("running")

    async def run() -> None:
        nonlocal now
        loop, looked = asyncio.get_running_loop(), asyncio.Event()

        def look(_id: str) -> OperationView:
            loop.call_soon_threadsafe(looked.set)
            return now

        monkeypatch.setattr(operation.service, "view", look)
        handler = WatchingState.event_handlers["watch_operation"].fn

        async def follow() -> None:
            async for _event in handler(watching, "op1"):
                pass

        following = asyncio.create_task(follow())
        await looked.wait()
        now = view("succeeded")
        change_events.publish("op1")
        await asyncio.wait_for(following, 30)

    asyncio.run(run())
    assert watching.operation.state == "succeeded"


def test_the_watcher_ends_when_the_tab_has_gone(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    tabs = iter([True, True, False])
    monkeypatch.setattr(live, "is_connected", lambda _state: next(tabs))
    watch(watching, monkeypatch, [view("running"), view("running")])
    assert watching.operation.state == "running"


@pytest.mark.parametrize(
    ("event", "asked"), [("resume_operation", "retry"), ("cancel_operation", "cancel")]
)
def test_the_buttons_ask_the_service_once_and_watch_on(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch, event: str, asked: str
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(operation.service, asked, calls.append)
    watching._show_operation(view("failed", error=full_disk()))

    (answer,) = run(watching, event, "op1")
    assert calls == ["op1"]
    assert answer.handler.fn.__name__ == "watch_operation"
    assert watching.operation_busy == ""
    watching.operation_busy = "retrying"
    assert run(watching, event, "op1") == []
    assert calls == ["op1"]


def test_a_refused_retry_is_reported_in_the_callout(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_operation_id: str) -> None:
        raise ValidationError("It runs.", field="operation", value="op1", code="invalid_value")

    monkeypatch.setattr(operation.service, "retry", refuse)
    watching._show_operation(view("failed", error=full_disk()))

    assert run(watching, "resume_operation", "op1")
    assert watching.error_shown
    assert watching.operation_busy == ""


def test_a_retry_before_its_time_is_reported_with_the_time_that_is_left(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    retry_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    def refuse(_operation_id: str) -> None:
        raise errors.SystemError(
            "Early.", component="operations", code="too_early", retry_at=retry_at
        )

    monkeypatch.setattr(operation.service, "retry", refuse)
    watching._show_operation(view("failed", error=full_disk()))

    assert run(watching, "resume_operation", "op1")
    assert (watching.error_title, watching.error_can_retry) == ("Too early to try again", True)
    assert watching.error_retry_at == retry_at
    assert 3500 < watching.error_wait <= 3600
    assert watching.operation_busy == ""


def test_a_retry_that_failed_is_tried_again_by_its_callout(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [errors.SystemError("full", component="disk", code="disk_space_low"), None]

    def retry(_operation_id: str) -> None:
        if (error := answers.pop(0)) is not None:
            raise error

    monkeypatch.setattr(operation.service, "retry", retry)
    watching._retry_handler, watching._retry_args = "another", [{}]
    watching._show_operation(view("failed", error=full_disk()))

    async def press() -> list[Any]:
        handler = WatchingState.event_handlers["resume_operation"].fn
        return [answer async for answer in handler(watching, "op1")]

    asyncio.run(press())
    event = press_try_again(watching)
    assert event.handler.fn.__name__ == "resume_operation"
    asyncio.run(press())
    assert answers == []
    assert not watching.error_shown


def test_a_watch_that_breaks_says_so_and_try_again_watches_on(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_operation_id: str) -> None:
        raise TimeoutError("locked")

    monkeypatch.setattr(operation.service, "view", fail)

    async def run() -> list[Any]:
        handler = WatchingState.event_handlers["watch_operation"].fn
        return [event async for event in handler(watching, "op1")]

    assert asyncio.run(run())
    assert watching.error_shown
    event = press_try_again(watching)
    assert event.handler.fn.__name__ == "watch_operation"
    watch(watching, monkeypatch, [view("succeeded")])
    assert not watching.error_shown


def test_an_operation_that_was_put_away_does_not_come_back(
    watching: WatchingState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_away(self: WatchingState) -> None:
        self._forget_operation()

    monkeypatch.setattr(WatchingState, "_operation_ended", put_away)
    watch(watching, monkeypatch, [view("running"), view("failed"), view("failed")])
    assert watching.operation.id == ""
