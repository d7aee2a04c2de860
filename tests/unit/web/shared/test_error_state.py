"""How a page's state keeps, shows, clears and retries its errors."""

import asyncio
import json
import re
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
import reflex as rx
from pydantic import TypeAdapter
from reflex.state import State

from proto_ddf.errors import ValidationError
from proto_ddf.logs import LOG_FILE, configure_logging
from proto_ddf.monitoring import tracker
from proto_ddf.resilience import CircuitOpenError, RateLimitedError
from proto_ddf.settings import get_settings
from proto_ddf.web.shared.state import errors as module
from proto_ddf.web.shared.state.errors import ErrorMixin
from tests.odd_values import ODD
from tests.unit.web.retries import press_try_again


class DraftState(ErrorMixin, rx.State):
    """A page with one form field and one thing that can fail."""

    _form_fields: ClassVar[frozenset[str]] = frozenset({"name"})
    ran: int = 0

    @rx.event
    def connect(self, times: int = 1) -> None:
        self.ran += times
        self._clear_error()


class OtherState(ErrorMixin, rx.State):
    """A second page: its errors are its own."""


@pytest.fixture
def root() -> State:
    return State(_reflex_internal_init=True)


@pytest.fixture
def draft(root: State) -> DraftState:
    state = root.get_substate(DraftState.get_full_name().split("."))
    assert isinstance(state, DraftState)
    return state


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(code, operation) of what was put on record."""
    kept: list[tuple[str, str]] = []
    monkeypatch.setattr(
        module.tracker,
        "record_error",
        lambda error, operation: kept.append((error["code"], operation)),
    )
    return kept


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch, recorded: list[Any]) -> list[float]:
    """The seconds that were waited; nothing really waits."""
    seconds: list[float] = []

    async def sleep(wanted: float) -> None:
        seconds.append(wanted)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    return seconds


def pass_time(state: ErrorMixin) -> None:
    """Let the auto-clear run to its end."""
    asyncio.run(type(state).event_handlers["clear_error_later"].fn(state))


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


def test_its_callout_stays_its_time_from_when_try_again_is_active(
    draft: DraftState, slept: list[float]
) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(CircuitOpenError("shop", 3600.0), "connect")
    pass_time(draft)
    [seconds] = slept
    assert 3600 < seconds <= 3600 + get_settings().error_retry_seconds
    assert draft.error_retry_at == ""


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


@pytest.mark.parametrize("by", ["pointer", "focus"])
def test_the_callout_stays_while_someone_is_on_it(
    draft: DraftState, slept: list[float], by: str
) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    draft.hold_error(by)
    pass_time(draft)
    assert draft.error_shown
    event = draft.release_error(by)
    assert event is not None  # the time starts anew
    pass_time(draft)
    assert not draft.error_shown


def test_it_stays_while_the_focus_is_there_though_the_pointer_left(
    draft: DraftState, slept: list[float]
) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    draft.hold_error("pointer")
    draft.hold_error("focus")
    assert draft.release_error("pointer") is None
    pass_time(draft)
    assert draft.error_shown


def test_dismissing_under_the_pointer_does_not_hold_the_next_error(
    draft: DraftState, slept: list[float]
) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    draft.hold_error("pointer")
    draft.dismiss_error()
    draft.handle_error(ConnectionError("x"), "connect")
    pass_time(draft)
    assert not draft.error_shown


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


def test_a_callout_whose_retry_runs_is_not_cleared(draft: DraftState, slept: list[float]) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(ConnectionError("x"), "connect")
    draft.retry_operation()
    pass_time(draft)
    assert draft.error_shown


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


def test_what_retries_is_not_told_to_the_browser(draft: DraftState, root: State) -> None:
    draft._retry_handler = "connect"
    draft.handle_error(ConnectionError("x"), "connect")
    assert "_retry_handler" not in str(root.get_delta())


def test_an_error_that_clears_stays_in_the_list_of_recent_errors_once(
    draft: DraftState, slept: list[float], recorded: list[tuple[str, str]]
) -> None:
    draft.handle_error(ConnectionError("x"), "read the app's log")
    pass_time(draft)
    pass_time(draft)
    assert recorded == [("connection_failed", "read the app's log")]


def test_what_an_operation_records_or_a_person_mistyped_is_not_recorded_again(
    draft: DraftState, slept: list[float], recorded: list[tuple[str, str]]
) -> None:
    draft.handle_error(ConnectionError("x"), "generate", operation_id="abc")
    pass_time(draft)
    draft.handle_error(ValidationError("Odd", field="x", value=1, code="required"), "save")
    pass_time(draft)
    assert recorded == []


def test_an_error_that_cannot_be_recorded_still_clears(
    draft: DraftState, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(module.tracker, "record_error", fail)
    draft.handle_error(ConnectionError("x"), "connect")
    pass_time(draft)
    assert not draft.error_shown


def test_try_again_shows_only_where_there_is_something_to_run_again(draft: DraftState) -> None:
    draft.handle_error(ConnectionError("x"), "connect")
    assert not draft.error_can_retry
    draft._retry_handler = "connect"
    draft.handle_error(ConnectionError("x"), "connect")
    assert draft.error_can_retry


class TestWhatIsLogged:
    def lines(self, caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
        """What structlog handed on, of the lines about failed operations."""
        found = [record for record in caplog.records if "Operation failed" in str(record.msg)]
        assert all(record.levelname == "ERROR" for record in found)
        return [dict(record.msg) for record in found if isinstance(record.msg, dict)]

    def test_each_error_with_its_context_and_traceback(
        self, draft: DraftState, caplog: pytest.LogCaptureFixture
    ) -> None:
        try:
            raise ConnectionRefusedError("no")
        except ConnectionRefusedError as error:
            draft.handle_error(error, "connect source", source="shop", user_id="anna")
        [line] = self.lines(caplog)
        assert line["event"] == "Operation failed"
        assert line["operation"] == "connect source"
        assert line["context"]["source"] == "shop"
        assert line["context"]["user_id"] == "anna"
        assert line["exc_info"].__traceback__ is not None

    def test_in_the_file_without_secrets(self, draft: DraftState, home: Path) -> None:
        """pydantic quotes what was given in the text of its error, which stands in the traceback."""
        configure_logging()
        try:
            TypeAdapter(dict[str, int]).validate_python({"password": "hunter2hunter2"})
        except ValueError as error:
            draft.handle_error(error, "connect", token="tok_hunter2hunter2")
        lines = (home / "logs" / LOG_FILE).read_text().splitlines()
        [line] = [line for line in lines if "Operation failed" in line]
        assert "hunter2" not in line
        told = json.loads(line)
        assert told["level"] == "error"
        assert "Traceback" in told["exception"]
        assert told["context"]["operation"] == "connect"

    def test_also_one_that_was_never_raised(
        self, draft: DraftState, caplog: pytest.LogCaptureFixture
    ) -> None:
        draft.handle_error(ConnectionError("x"), "connect")
        assert len(self.lines(caplog)) == 1

    def test_a_log_that_cannot_be_written_does_not_keep_the_error_from_the_page(
        self, draft: DraftState, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_args: Any, **_options: Any) -> None:
            raise OSError("no disk")

        monkeypatch.setattr(module.logger, "error", fail)
        draft.handle_error(ConnectionError("x"), "connect")
        assert draft.error_shown


class TestWhoIsMeant:
    @pytest.mark.usefixtures("database")
    def test_the_user_is_kept_in_the_record_too(self, draft: DraftState) -> None:
        draft.handle_error(ConnectionError("x"), "connect", user_id="anna")
        assert draft.error_context["user_id"] == "anna"
        draft.handle_error(ConnectionError("x"), "connect again")
        asyncio.run(put_on_record(draft))
        kept = {one["operation"]: one["user_id"] for one in tracker.recent_errors()}
        assert kept == {"connect": "anna", "connect again": "anonymous"}


async def put_on_record(state: ErrorMixin) -> None:
    """As `clear_error_later` does first."""
    await state._start_recording()


class TestRecords:
    def test_each_of_several_errors_before_the_page_is_updated(
        self, draft: DraftState, slept: list[float], recorded: list[tuple[str, str]]
    ) -> None:
        for number in range(5):
            draft.handle_error(ConnectionError("x"), f"try {number}")
        pass_time(draft)
        pass_time(draft)
        assert recorded == [("connection_failed", f"try {number}") for number in range(5)]

    def test_one_that_was_dismissed_at_once(
        self, draft: DraftState, slept: list[float], recorded: list[tuple[str, str]]
    ) -> None:
        draft.handle_error(ConnectionError("x"), "connect")
        draft.dismiss_error()
        pass_time(draft)
        assert recorded == [("connection_failed", "connect")]

    def test_an_error_whose_timer_is_cancelled_by_the_next_one(
        self, draft: DraftState, recorded: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A newer error ends the older one's timer, at any moment of it."""
        may_write = threading.Event()
        keep = module.tracker.record_error

        def wait_and_keep(*given: Any) -> None:
            may_write.wait(10)
            keep(*given)

        monkeypatch.setattr(module.tracker, "record_error", wait_and_keep)

        async def run() -> None:
            draft.handle_error(ConnectionError("x"), "first")
            timer = asyncio.ensure_future(DraftState.event_handlers["clear_error_later"].fn(draft))
            await asyncio.sleep(0)
            assert not draft._unrecorded, "the timer has not begun to record"
            timer.cancel()
            draft.handle_error(ConnectionError("x"), "second")
            with pytest.raises(asyncio.CancelledError):
                await timer
            may_write.set()
            await put_on_record(draft)

        asyncio.run(run())
        assert sorted(operation for _, operation in recorded) == ["first", "second"]

    def test_the_rest_when_one_cannot_be_recorded(
        self, draft: DraftState, slept: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept: list[str] = []

        def keep(_described: Any, operation: str) -> None:
            if operation == "first":
                raise OSError("no disk")
            kept.append(operation)

        monkeypatch.setattr(module.tracker, "record_error", keep)
        draft.handle_error(ConnectionError("x"), "first")
        draft.handle_error(ConnectionError("x"), "second")
        pass_time(draft)
        assert kept == ["second"]


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
