from collections import deque
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import utc_now
from proto_ddf.operations import queries
from proto_ddf.operations.journal import journal, records, running
from proto_ddf.operations.journal.records import Child, Run
from proto_ddf.operations.journal.running import NextStep, StepUpdate
from proto_ddf.operations.model import Kind, Step
from proto_ddf.operations.stop_flag import OperationStopped
from proto_ddf.operations.views import OperationView

FAULT = {"message": "It broke.", "code": "unknown", "retry_possible": True}


class Given(BaseModel):
    name: str


def _never_waits(_: float) -> None:
    pytest.fail("the journal waited")


@pytest.fixture
def run(database: Path) -> Run:
    """The first run of a new operation."""
    steps = [Step(name, name.title(), lambda _: None) for name in ("check", "build", "start")]
    kind = Kind("make", lambda g: f"Make {g.name}", Given, tuple(steps), lambda g: g.name)
    return journal.create(kind, Given(name="shop"), "anna")


def _view(run: Run) -> OperationView:
    view = queries.load(run.operation_id)
    assert view is not None
    return view


def _states(run: Run) -> list[str]:
    view = _view(run)
    return [view.state, *(step.state for step in view.steps)]


def _begin(run: Run) -> NextStep | None:
    running.begin(run, _never_waits)
    return running.start_next_step(run, _never_waits)


def _fail_second_step(run: Run) -> None:
    _begin(run)
    running.step_succeeded(run, 0, {"rows": 3}, _never_waits)
    running.start_next_step(run, _never_waits)
    running.step_failed(run, 1, FAULT, _never_waits)


def _retried(run: Run) -> Run:
    next_run = journal.retry(run.operation_id)
    assert next_run is not None
    return next_run


def _finish(run: Run) -> None:
    step = _begin(run)
    while step:
        running.step_succeeded(run, step.position, None, _never_waits)
        step = running.start_next_step(run, _never_waits)


def test_a_new_operation_is_pending_with_all_its_steps(run: Run):
    view = _view(run)
    assert _states(run) == ["pending"] * 4
    assert (view.title, view.subject, view.user_id) == ("Make shop", "shop", "anna")
    assert [step.title for step in view.steps] == ["Check", "Build", "Start"]
    assert records.pending() == [run]


def test_a_running_step_is_counted_and_timed(run: Run):
    entry = _begin(run)
    assert entry == NextStep(0, "check", {})
    step = _view(run).steps[0]
    assert (step.state, step.runs) == ("running", 1)
    assert step.started_at is not None


def test_a_finished_step_keeps_its_output(run: Run):
    _begin(run)
    running.step_succeeded(run, 0, {"rows": 3}, _never_waits)
    assert _states(run) == ["running", "succeeded", "pending", "pending"]
    assert _view(run).output == {"check": {"rows": 3}}


def test_the_next_step_is_given_what_those_before_it_returned(run: Run):
    _begin(run)
    running.step_succeeded(run, 0, {"rows": 3}, _never_waits)
    assert running.start_next_step(run, _never_waits) == NextStep(
        1, "build", {"check": {"rows": 3}}
    )
    assert [step.runs for step in _view(run).steps] == [1, 1, 0]


def test_after_the_last_step_the_operation_has_succeeded(run: Run):
    _finish(run)
    assert _states(run) == ["succeeded"] * 4
    assert _view(run).finished_at is not None


def test_a_failing_step_fails_the_operation_with_its_error(run: Run):
    _fail_second_step(run)
    view = _view(run)
    assert _states(run) == ["failed", "succeeded", "failed", "pending"]
    assert view.error == FAULT
    assert view.can_retry
    assert view.can_cancel
    assert view.finished_at is not None


def test_a_failure_that_no_retry_can_help_offers_none(run: Run):
    _begin(run)
    running.step_failed(run, 0, {**FAULT, "retry_possible": False}, _never_waits)
    assert not _view(run).can_retry


def test_a_retry_starts_at_the_step_that_failed_and_only_once(run: Run):
    _fail_second_step(run)
    second = _retried(run)
    assert second == Run(run.operation_id, 2)
    assert journal.retry(run.operation_id) is None
    assert _states(run) == ["pending", "succeeded", "pending", "pending"]
    assert _view(run).error is None
    step = _begin(second)
    assert step is not None
    assert (step.name, step.outputs) == ("build", {"check": {"rows": 3}})
    assert _view(run).steps[1].runs == 2


def test_what_has_not_failed_is_not_retried(run: Run):
    assert journal.retry(run.operation_id) is None
    assert journal.retry("unknown") is None


@pytest.mark.parametrize("begun", [False, True])
def test_a_run_that_is_not_the_current_one_changes_nothing(run: Run, begun: bool):
    _fail_second_step(run)
    second = _retried(run)
    if begun:
        _begin(second)
    before = _view(run)
    for late in (
        lambda: running.begin(run, _never_waits),
        lambda: running.start_next_step(run, _never_waits),
        lambda: running.step_succeeded(run, 1, "late", _never_waits),
        lambda: running.step_failed(run, 1, FAULT, _never_waits),
    ):
        with pytest.raises(OperationStopped):
            late()
    journal.pause_operation(run)
    journal.refuse_run(run, FAULT)
    assert journal.renew(run) is None
    after = _view(run)
    assert (after.state, after.steps[1].state) == (before.state, before.steps[1].state)
    assert [step.runs for step in after.steps] == [step.runs for step in before.steps]


def test_a_run_that_nobody_does_is_replaced(run: Run):
    second = journal.renew(run)
    assert second == Run(run.operation_id, 2)
    assert records.pending() == [second]
    with pytest.raises(OperationStopped):
        running.begin(run, _never_waits)


def test_a_run_that_cannot_be_handed_over_fails_and_can_be_retried(run: Run):
    _fail_second_step(run)
    journal.refuse_run(_retried(run), FAULT)
    assert _states(run) == ["failed", "succeeded", "failed", "pending"]
    assert _view(run).error == FAULT
    assert _retried(run) == Run(run.operation_id, 3)


def test_a_finished_operation_is_neither_run_nor_cancelled_nor_retried(run: Run):
    _finish(run)
    with pytest.raises(OperationStopped):
        running.begin(run, _never_waits)
    assert not journal.cancel(run.operation_id)
    assert journal.retry(run.operation_id) is None
    assert _view(run).state == "succeeded"


def test_cancelling_stops_what_ran_and_keeps_what_was_done(run: Run):
    _begin(run)
    running.step_succeeded(run, 0, None, _never_waits)
    running.start_next_step(run, _never_waits)
    assert journal.cancel(run.operation_id)
    assert _states(run) == ["cancelled", "succeeded", "cancelled", "cancelled"]
    assert records.pending_clean_ups() == [run.operation_id]
    journal.cleaned_up(run.operation_id)
    assert records.pending_clean_ups() == []
    assert not journal.cancel(run.operation_id)


def test_a_step_that_ends_after_the_cancel_changes_nothing(run: Run):
    _begin(run)
    journal.cancel(run.operation_id)
    for late in (
        lambda: running.step_succeeded(run, 0, "late", _never_waits),
        lambda: running.step_failed(run, 0, FAULT, _never_waits),
        lambda: running.start_next_step(run, _never_waits),
    ):
        with pytest.raises(OperationStopped):
            late()
    assert _states(run) == ["cancelled"] * 4
    assert _view(run).output == {}


def test_what_ran_when_the_server_ended_is_pending_again(run: Run):
    _begin(run)
    journal.pause_all()
    assert _states(run) == ["pending"] * 4
    assert "Waiting" in _view(run).steps[0].message


def test_pausing_leaves_a_cancelled_operation_cancelled(run: Run):
    _begin(run)
    journal.cancel(run.operation_id)
    journal.pause_operation(run)
    assert _view(run).state == "cancelled"


def test_a_child_process_is_handed_to_the_next_run_of_its_step(run: Run):
    _begin(run)
    running.remember_child(run.operation_id, 0, Child(4711, 12.5), _never_waits)
    journal.pause_all()
    assert records.children(run.operation_id) == [Child(4711, 12.5)]
    assert _begin(run) == NextStep(0, "check", {}, Child(4711, 12.5))


def test_the_child_of_a_cancelled_step_is_still_known(run: Run):
    _begin(run)
    running.remember_child(run.operation_id, 0, Child(4711, 12.5), _never_waits)
    journal.cancel(run.operation_id)
    assert records.children(run.operation_id) == [Child(4711, 12.5)]


def test_the_child_of_a_finished_step_is_forgotten(run: Run):
    _begin(run)
    running.remember_child(run.operation_id, 0, Child(4711, 12.5), _never_waits)
    running.step_succeeded(run, 0, None, _never_waits)
    assert records.children(run.operation_id) == []


def test_progress_shows_message_waits_and_lines(run: Run):
    _begin(run)
    soon = utc_now() + timedelta(hours=1)
    lines = deque((utc_now(), f"line {n}") for n in range(30))
    running.save_progress(run.operation_id, 0, StepUpdate(lines, "Connecting", (2, 4, soon)))
    step = _view(run).steps[0]
    assert (step.message, step.attempt, step.attempts) == ("Connecting", 2, 4)
    assert 3500 < step.wait_seconds <= 3600
    assert step.log_tail == [f"line {n}" for n in range(10, 30)]


def test_an_update_without_a_message_leaves_the_last_one(run: Run):
    _begin(run)
    running.save_progress(run.operation_id, 0, StepUpdate(deque(), "Connecting"))
    running.save_progress(run.operation_id, 0, StepUpdate(deque([(utc_now(), "x")])))
    assert _view(run).steps[0].message == "Connecting"


def test_a_forgotten_operation_is_gone_with_its_steps(run: Run):
    journal.forget(run.operation_id)
    assert queries.load(run.operation_id) is None
    assert records.step_names(run.operation_id) == []


def test_every_change_wakes_the_watchers(run: Run, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(change_events, "publish", told.append)
    _fail_second_step(run)
    journal.retry(run.operation_id)
    journal.cancel(run.operation_id)
    journal.cleaned_up(run.operation_id)
    assert told == [run.operation_id] * 8


def _interim_outputs(run: Run) -> list[object]:
    with session() as opened:
        return [step.interim_output for step in records.steps_of(opened, run.operation_id)]


def test_an_interim_output_is_for_later_steps_alone_and_goes_with_the_end(run: Run):
    _begin(run)
    running.step_succeeded(run, 0, {"rows": 3}, _never_waits, interim=True)
    step = running.start_next_step(run, _never_waits)
    assert step is not None
    assert step.outputs == {"check": {"rows": 3}}
    assert _view(run).output == {"check": None}
    while step:
        assert _interim_outputs(run)[0] == {"rows": 3}
        running.step_succeeded(run, step.position, None, _never_waits)
        step = running.start_next_step(run, _never_waits)
    assert _interim_outputs(run) == [None] * 3


def test_an_interim_output_stays_for_try_again_and_for_the_clean_up(run: Run):
    _begin(run)
    running.step_succeeded(run, 0, {"rows": 3}, _never_waits, interim=True)
    running.start_next_step(run, _never_waits)
    running.step_failed(run, 1, FAULT, _never_waits)
    again = _begin(_retried(run))
    assert again is not None
    assert again.outputs == {"check": {"rows": 3}}
    journal.cancel(run.operation_id)
    assert records.outputs(run.operation_id) == {"check": {"rows": 3}}
    journal.cleaned_up(run.operation_id)
    assert _interim_outputs(run) == [None] * 3
