from collections import deque
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from proto_ddf.db.tables import utc_now
from proto_ddf.operations import hub, journal, reading, records
from proto_ddf.operations.journal import StepEntry, StepUpdate
from proto_ddf.operations.model import Kind, Step
from proto_ddf.operations.records import Child
from proto_ddf.operations.views import OperationView

FAULT = {"message": "It broke.", "code": "unknown", "retry_possible": True}


class Given(BaseModel):
    name: str


def _never_waits(_: float) -> None:
    pytest.fail("the journal waited")


@pytest.fixture
def operation(database: Path) -> str:
    steps = [Step(name, name.title(), lambda _: None) for name in ("check", "build", "start")]
    kind = Kind("make", lambda g: f"Make {g.name}", Given, lambda _: steps, lambda g: g.name)
    return journal.create(kind, Given(name="shop"), "anna")


def _view(operation_id: str) -> OperationView:
    view = reading.load(operation_id)
    assert view is not None
    return view


def _states(operation_id: str) -> list[str]:
    view = _view(operation_id)
    return [view.state, *(step.state for step in view.steps)]


def _begin(operation_id: str, position: int = 0) -> StepEntry | None:
    journal.begin(operation_id, _never_waits)
    return journal.step_started(operation_id, position, _never_waits)


def _fail_second_step(operation_id: str) -> None:
    _begin(operation_id)
    journal.step_succeeded(operation_id, 0, {"rows": 3}, _never_waits)
    journal.step_started(operation_id, 1, _never_waits)
    journal.step_failed(operation_id, 1, FAULT, _never_waits)


def test_a_new_operation_is_pending_with_all_its_steps(operation: str):
    view = _view(operation)
    assert _states(operation) == ["pending"] * 4
    assert (view.title, view.subject, view.user_id) == ("Make shop", "shop", "anna")
    assert [step.title for step in view.steps] == ["Check", "Build", "Start"]
    assert records.pending() == [operation]


def test_a_running_step_is_counted_and_timed(operation: str):
    entry = _begin(operation)
    assert entry == StepEntry(finished=False)
    step = _view(operation).steps[0]
    assert (step.state, step.runs) == ("running", 1)
    assert step.started_at is not None


def test_a_finished_step_keeps_its_output(operation: str):
    _begin(operation)
    assert journal.step_succeeded(operation, 0, {"rows": 3}, _never_waits)
    assert _states(operation) == ["running", "succeeded", "pending", "pending"]
    assert _view(operation).output == {"check": {"rows": 3}}


def test_a_step_whose_output_is_there_is_not_run_again(operation: str):
    _begin(operation)
    journal.step_succeeded(operation, 0, None, _never_waits)
    entry = journal.step_started(operation, 0, _never_waits)
    assert entry == StepEntry(finished=True, output=None)
    assert _view(operation).steps[0].runs == 1


def test_a_failing_step_fails_the_operation_with_its_error(operation: str):
    _fail_second_step(operation)
    view = _view(operation)
    assert _states(operation) == ["failed", "succeeded", "failed", "pending"]
    assert view.error == FAULT
    assert view.can_retry
    assert view.can_cancel
    assert view.finished_at is not None


def test_a_failure_that_no_retry_can_help_offers_none(operation: str):
    _begin(operation)
    journal.step_failed(operation, 0, {**FAULT, "retry_possible": False}, _never_waits)
    assert not _view(operation).can_retry


def test_a_retry_starts_at_the_step_that_failed_and_only_once(operation: str):
    _fail_second_step(operation)
    assert journal.retry(operation) == 1
    assert journal.retry(operation) is None
    assert _states(operation) == ["pending", "succeeded", "pending", "pending"]
    assert _view(operation).error is None
    _begin(operation, 1)
    assert _view(operation).steps[1].runs == 2


def test_what_has_not_failed_is_not_retried(operation: str):
    assert journal.retry(operation) is None
    assert journal.retry("unknown") is None


def test_a_finished_operation_is_neither_run_nor_cancelled_nor_retried(operation: str):
    journal.begin(operation, _never_waits)
    assert journal.succeed(operation, _never_waits)
    assert journal.begin(operation, _never_waits) is None
    assert not journal.cancel(operation)
    assert journal.retry(operation) is None
    assert _view(operation).state == "succeeded"


def test_cancelling_stops_what_ran_and_keeps_what_was_done(operation: str):
    _begin(operation)
    journal.step_succeeded(operation, 0, None, _never_waits)
    journal.step_started(operation, 1, _never_waits)
    assert journal.cancel(operation)
    assert _states(operation) == ["cancelled", "succeeded", "cancelled", "cancelled"]
    assert records.clean_ups_owed() == [operation]
    journal.cleaned_up(operation)
    assert records.clean_ups_owed() == []
    assert not journal.cancel(operation)


def test_a_step_that_ends_after_the_cancel_changes_nothing(operation: str):
    _begin(operation)
    journal.cancel(operation)
    assert not journal.step_succeeded(operation, 0, "late", _never_waits)
    assert not journal.step_failed(operation, 0, FAULT, _never_waits)
    assert journal.step_started(operation, 1, _never_waits) is None
    assert not journal.succeed(operation, _never_waits)
    assert _states(operation) == ["cancelled"] * 4
    assert _view(operation).output == {}


def test_what_ran_when_the_server_ended_is_pending_again(operation: str):
    _begin(operation)
    journal.pause_all()
    assert _states(operation) == ["pending"] * 4
    assert "Waiting" in _view(operation).steps[0].message


def test_pausing_leaves_a_cancelled_operation_cancelled(operation: str):
    _begin(operation)
    journal.cancel(operation)
    journal.pause_operation(operation)
    assert _view(operation).state == "cancelled"


def test_a_child_process_is_handed_to_the_next_run_of_its_step(operation: str):
    _begin(operation)
    journal.remember_child(operation, 0, Child(4711, 12.5), _never_waits)
    journal.pause_all()
    assert records.children(operation) == [Child(4711, 12.5)]
    assert _begin(operation) == StepEntry(finished=False, child=Child(4711, 12.5))


def test_the_child_of_a_cancelled_step_is_still_known(operation: str):
    _begin(operation)
    journal.remember_child(operation, 0, Child(4711, 12.5), _never_waits)
    journal.cancel(operation)
    assert records.children(operation) == [Child(4711, 12.5)]


def test_the_child_of_a_finished_step_is_forgotten(operation: str):
    _begin(operation)
    journal.remember_child(operation, 0, Child(4711, 12.5), _never_waits)
    journal.step_succeeded(operation, 0, None, _never_waits)
    assert records.children(operation) == []


def test_progress_shows_message_waits_and_lines(operation: str):
    _begin(operation)
    soon = utc_now() + timedelta(hours=1)
    lines = deque((utc_now(), f"line {n}") for n in range(30))
    journal.save_progress(operation, 0, StepUpdate(lines, "Connecting", (2, 4, soon)))
    step = _view(operation).steps[0]
    assert (step.message, step.attempt, step.attempts) == ("Connecting", 2, 4)
    assert 3500 < step.wait_seconds <= 3600
    assert step.log_tail == [f"line {n}" for n in range(10, 30)]


def test_an_update_without_a_message_leaves_the_last_one(operation: str):
    _begin(operation)
    journal.save_progress(operation, 0, StepUpdate(deque(), "Connecting"))
    journal.save_progress(operation, 0, StepUpdate(deque([(utc_now(), "x")])))
    assert _view(operation).steps[0].message == "Connecting"


def test_a_forgotten_operation_is_gone_with_its_steps(operation: str):
    journal.forget(operation)
    assert reading.load(operation) is None
    assert records.step_names(operation) == []


def test_every_change_wakes_the_watchers(operation: str, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(hub, "publish", told.append)
    _fail_second_step(operation)
    journal.retry(operation)
    journal.cancel(operation)
    journal.cleaned_up(operation)
    assert told == [operation] * 8
