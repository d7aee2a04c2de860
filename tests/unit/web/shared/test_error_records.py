"""What is logged and recorded of an error that a page shows."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from proto_ddf.errors import ValidationError
from proto_ddf.logs import LOG_FILE, configure_logging
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.web.shared.state import errors as module
from tests.unit.web.shared.error_states import DraftState, pass_time


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


class TestWhatIsLogged:
    def lines(self, caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
        """The log lines about failed operations, from structlog."""
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
        """pydantic quotes the input in the text of its error, which is in the traceback."""
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
        assert intake.flush(30)
        kept = {one["operation"]: one["user_id"] for one in recent_errors()}
        assert kept == {"connect": "anna", "connect again": "anonymous"}


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
