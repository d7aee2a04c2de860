"""Shutdown and launch in one process: operations in progress continue, and each step runs once."""

import errno
from threading import Event

import pytest
from dbos._sys_db_sqlite import SQLiteSystemDatabase
from sqlalchemy.exc import OperationalError

from proto_ddf import errors
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine, queue
from proto_ddf.operations.journal import journal, records
from proto_ddf.operations.journal.records import Run
from proto_ddf.operations.stop_flag import OperationStopped


class Gate:
    """A step that runs until the test lets it end."""

    __name__ = "gate"

    def __init__(self) -> None:
        self.open = Event()
        self.stops = 0

    def __call__(self, ctx) -> str:
        try:
            while not self.open.wait(0.02):
                ctx.check_stop()
        except OperationStopped:
            self.stops += 1
            raise
        return "through"


def _restart() -> None:
    engine.shutdown()
    engine.launch()


def _start_at_gate(workshop, gate, *before):
    operation_id = workshop.start(*before, gate)
    workshop.until(lambda: service.view(operation_id).steps[-1].state == "running")
    return operation_id


def test_a_running_operation_pauses_at_shutdown_and_continues_at_launch(workshop):
    ran: list[str] = []

    def first(_):
        ran.append("first")

    gate = Gate()
    operation_id = _start_at_gate(workshop, gate, first)
    engine.shutdown()
    paused = service.view(operation_id)
    assert (paused.state, paused.steps[1].state) == ("pending", "pending")
    assert gate.stops == 1
    gate.open.set()
    engine.launch()
    done = workshop.wait(operation_id, "succeeded")
    assert ran == ["first"]
    assert [s.runs for s in done.steps] == [1, 2]


def test_an_operation_still_in_the_queue_at_shutdown_runs_later(workshop):
    ran: list[str] = []

    def step(_):
        ran.append("step")

    operation_id = workshop.start(step)
    _restart()
    workshop.wait(operation_id, "succeeded")
    assert ran == ["step"]


def test_try_again_works_after_a_restart(workshop):
    ran: list[str] = []
    failures = [OSError(errno.ENOSPC, "full")]

    def first(_):
        ran.append("first")

    def second(_):
        ran.append("second")
        if failures:
            raise failures.pop()

    operation_id = workshop.start(first, second)
    workshop.wait(operation_id, "failed")
    _restart()
    assert service.view(operation_id).state == "failed"
    service.retry(operation_id)
    workshop.wait(operation_id, "succeeded")
    assert ran == ["first", "second", "second"]


def test_an_operation_recorded_but_never_handed_over_runs_at_launch(workshop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(engine, "hand_over", lambda _: None)
        operation_id = workshop.start(Gate())
    _restart()
    workshop.wait(operation_id, "running")
    service.cancel(operation_id)
    assert workshop.wait_cleaned_up(operation_id).steps[0].state == "cancelled"


def test_a_retry_interrupted_before_it_was_handed_over_is_done_at_launch(workshop):
    failures = [OSError(errno.ENOSPC, "full")]

    def flaky(_):
        if failures:
            raise failures.pop()

    operation_id = workshop.start(flaky)
    workshop.wait(operation_id, "failed")
    engine.shutdown()
    assert journal.retry(operation_id) == Run(operation_id, 2)
    engine.launch()
    assert workshop.wait(operation_id, "succeeded").steps[0].runs == 2


def test_a_failure_that_dbos_never_recorded_stays_a_failure_and_can_be_tried_again(
    workshop, monkeypatch
):
    def write_fails(*_, **__):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    ran: list[str] = []
    failures = [OSError(errno.ENOSPC, "full")]

    def flaky(_):
        ran.append("flaky")
        if failures:
            raise failures.pop()

    with monkeypatch.context() as patch:
        patch.setattr(SQLiteSystemDatabase, "update_workflow_outcome", write_fails)
        operation_id = workshop.start(flaky)
        workshop.wait(operation_id, "failed")
        engine.shutdown()
    engine.launch()
    workshop.wait_queue_empty()
    assert service.view(operation_id).state == "failed"
    assert ran == ["flaky"]
    service.retry(operation_id)
    assert workshop.wait(operation_id, "succeeded").steps[0].runs == 2


def test_an_interrupted_clean_up_is_done_at_launch(workshop):
    undone: list[str] = []
    gate = Gate()
    operation_id = workshop.start(gate, undo=lambda u: undone.append(u.operation_id))
    workshop.until(lambda: service.view(operation_id).steps[-1].state == "running")
    engine.shutdown()
    journal.cancel(operation_id)  # as if the server were killed before it does more
    engine.launch()
    workshop.wait_cleaned_up(operation_id)
    assert undone == [operation_id]
    assert gate.stops == 1
    _restart()
    assert undone == [operation_id]


def test_operations_of_an_earlier_version_are_continued(workshop, monkeypatch):
    gate = Gate()
    engine.shutdown()
    with monkeypatch.context() as patch:
        patch.setattr(queue, "APPLICATION_VERSION", "0")
        engine.launch()
        operation_id = _start_at_gate(workshop, gate)
        engine.shutdown()
    gate.open.set()
    engine.launch()
    assert workshop.wait(operation_id, "succeeded").output == {"gate": "through"}


def test_a_step_that_ignores_the_stop_keeps_the_home_locked(workshop, monkeypatch):
    monkeypatch.setattr(engine, "UNWIND_SECONDS", 0.2)
    release = Event()
    ended = Event()

    def deaf(_):
        release.wait(120)
        ended.set()

    operation_id = _start_at_gate(workshop, deaf)
    running = engine.current()
    engine.shutdown()
    with pytest.raises(errors.SystemError) as refused:
        engine.launch()
    assert refused.value.code == "home_locked"
    release.set()
    assert ended.wait(120)
    engine.os.close(running.lock_file)
    engine.launch()
    assert workshop.wait(operation_id, "succeeded").state == "succeeded"


def test_a_second_engine_is_refused_and_the_first_keeps_running(workshop):
    with pytest.raises(errors.SystemError) as refused:
        engine.launch()
    assert refused.value.code == "home_locked"
    gate = Gate()
    gate.open.set()
    workshop.wait(workshop.start(gate), "succeeded")


def test_a_failed_launch_unlocks_the_home(prepared_home, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(engine, "migrate", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            engine.launch()
    with pytest.raises(errors.SystemError):
        engine.current()
    engine.launch()
    assert records.pending() == []
    engine.shutdown()


def test_shutting_down_twice_is_harmless(prepared_home):
    engine.launch()
    engine.shutdown()
    engine.shutdown()
