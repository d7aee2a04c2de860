"""Cancelling an operation that waits, runs or has failed, and the clean-up afterwards."""

import errno
from threading import Event, Timer

import pytest

from proto_ddf import errors
from proto_ddf.errors import ValidationError
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine


class Undone:
    """An undo that records its arguments."""

    def __init__(self) -> None:
        self.contexts = []

    def __call__(self, context) -> None:
        self.contexts.append(context)


def prepare(_):
    return "prepared"


def run_until_stopped(ctx):
    while True:
        ctx.check_stop()
        Event().wait(0.02)


def _state_of_steps(view):
    return [step.state for step in view.steps]


def _start_and_reach_last_step(workshop, *steps, **more):
    operation_id = workshop.start(*steps, **more)
    workshop.until(lambda: service.view(operation_id).steps[-1].state == "running")
    return operation_id


def test_a_running_step_is_stopped_and_then_earlier_steps_are_undone(workshop):
    undone = Undone()
    operation_id = _start_and_reach_last_step(workshop, prepare, run_until_stopped, undo=undone)
    service.cancel(operation_id)
    assert service.view(operation_id).state == "cancelled"
    cancelled = workshop.wait_cleaned_up(operation_id)
    assert _state_of_steps(cancelled) == ["succeeded", "cancelled"]
    (context,) = undone.contexts
    assert (context.operation_id, context.input.name) == (operation_id, "shop")
    assert context.outputs == {"prepare": "prepared"}
    assert not cancelled.can_cancel
    assert not cancelled.can_retry
    assert intake.flush(30)
    assert recent_errors(5) == []


def test_a_caller_can_wait_for_the_clean_up(workshop):
    released, undone = Event(), Event()

    def undo(_) -> None:
        released.wait(120)
        undone.set()

    operation_id = _start_and_reach_last_step(workshop, run_until_stopped, undo=undo)
    subject = service.view(operation_id).subject
    service.cancel(operation_id)
    service.wait_for_clean_up(subject, seconds=0.3)
    assert not undone.is_set()
    Timer(0.3, released.set).start()
    service.wait_for_clean_up(subject)
    assert undone.is_set()
    assert service.view(operation_id).finished_at
    service.wait_for_clean_up(subject, seconds=0)


def test_the_undo_waits_until_the_step_has_stopped(workshop):
    order: list[str] = []

    def slow_to_stop(ctx):
        try:
            run_until_stopped(ctx)
        finally:
            Event().wait(0.3)
            order.append("stopped")

    operation_id = _start_and_reach_last_step(
        workshop, slow_to_stop, undo=lambda _: order.append("undone")
    )
    service.cancel(operation_id)
    workshop.wait_cleaned_up(operation_id)
    assert order == ["stopped", "undone"]


def test_a_step_that_turns_the_stop_into_another_error_is_cancelled_too(workshop):
    def stubborn(ctx):
        try:
            run_until_stopped(ctx)
        except BaseException as stop:
            raise OSError(errno.EPIPE, "Broken pipe") from stop

    operation_id = _start_and_reach_last_step(workshop, stubborn)
    service.cancel(operation_id)
    assert workshop.wait_cleaned_up(operation_id).state == "cancelled"
    assert intake.flush(30)
    assert recent_errors(5) == []


def test_a_step_that_succeeds_after_the_cancel_does_not_count(workshop):
    release = Event()

    def deaf(_):
        release.wait(120)
        return "late"

    operation_id = _start_and_reach_last_step(workshop, deaf)
    service.cancel(operation_id)
    release.set()
    cancelled = workshop.wait_cleaned_up(operation_id)
    assert (cancelled.state, cancelled.output) == ("cancelled", {})


def test_an_operation_that_waits_in_the_queue_never_runs(prepared_home, monkeypatch, request):
    monkeypatch.setattr(engine, "CONCURRENCY", 1)
    workshop = request.getfixturevalue("workshop")
    ran: list[str] = []
    first = _start_and_reach_last_step(workshop, run_until_stopped)
    from_queue = _start_and_reach_last_step(workshop, run_until_stopped, kind="from queue")

    def never(_):
        ran.append("ran")

    second = workshop.start(never, kind="second")
    service.cancel(second)
    assert workshop.wait_cleaned_up(second).state == "cancelled"
    for running in (first, from_queue):
        service.cancel(running)
        workshop.wait_cleaned_up(running)
    third = workshop.start(prepare, kind="third")
    workshop.wait(third, "succeeded")
    assert ran == []


def test_a_failed_operation_can_be_discarded_and_is_undone(workshop):
    undone = Undone()

    def broken(_):
        raise OSError(errno.ENOSPC, "full")

    operation_id = workshop.start(prepare, broken, undo=undone)
    workshop.wait(operation_id, "failed")
    service.cancel(operation_id)
    discarded = workshop.wait_cleaned_up(operation_id)
    assert _state_of_steps(discarded) == ["succeeded", "failed"]
    assert len(undone.contexts) == 1
    with pytest.raises(ValidationError):
        service.retry(operation_id)


def test_a_finished_operation_cannot_be_cancelled(workshop):
    operation_id = workshop.start(prepare)
    workshop.wait(operation_id, "succeeded")
    for wrong in (operation_id, "unknown"):
        with pytest.raises(ValidationError):
            service.cancel(wrong)
    assert service.view(operation_id).state == "succeeded"


def test_a_second_cancel_undoes_nothing_twice(workshop):
    undone = Undone()
    operation_id = _start_and_reach_last_step(workshop, run_until_stopped, undo=undone)
    service.cancel(operation_id)
    with pytest.raises(ValidationError):
        service.cancel(operation_id)
    workshop.wait_cleaned_up(operation_id)
    assert len(undone.contexts) == 1


def test_a_clean_up_that_fails_is_in_the_list_of_errors(workshop):
    def undo(_):
        raise errors.SystemError("no", component="files", code="permission_denied")

    operation_id = _start_and_reach_last_step(workshop, run_until_stopped, undo=undo)
    service.cancel(operation_id)
    workshop.wait_cleaned_up(operation_id)
    assert intake.flush(30)
    (error,) = recent_errors(5)
    assert error["operation"] == "Clean up after Make shop"
    assert error["code"] == "permission_denied"
