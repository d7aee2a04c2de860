from pathlib import Path
from threading import Event

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from proto_ddf.operations import queries
from proto_ddf.operations.engine.progress_writer import LONGEST_LINE, ProgressWriter, StepReporter
from proto_ddf.operations.journal import journal, records, running
from proto_ddf.operations.journal.records import Child
from proto_ddf.operations.model import Kind, Step
from proto_ddf.operations.stop_flag import CANCELLED, OperationStopped, StopFlag
from proto_ddf.operations.views import StepView


class Nothing(BaseModel):
    pass


@pytest.fixture
def operation(database: Path) -> str:
    steps = [Step("only", "Only", lambda _: None)]
    kind = Kind("make", lambda _: "Make", Nothing, tuple(steps))
    run = journal.create(kind, Nothing(), "anonymous")
    stop = StopFlag()
    running.begin(run, stop.pause)
    running.start_next_step(run, stop.pause)
    return run.operation_id


def _reporter(operation_id: str, stop: StopFlag | None = None) -> StepReporter:
    return StepReporter(operation_id, 0, stop or StopFlag(), lambda _: None)


def _step(operation_id: str) -> StepView:
    view = queries.load(operation_id)
    assert view is not None
    return view.steps[0]


def _break_journal(monkeypatch) -> None:
    def locked(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(running, "save_progress", locked)


def test_progress_is_written_together(operation: str, monkeypatch):
    writes: list[object] = []
    save = running.save_progress
    monkeypatch.setattr(running, "save_progress", lambda *a: (writes.append(a), save(*a)))
    reporter = _reporter(operation)
    for n in range(1000):
        reporter.log(f"line {n}\n")
    reporter.report("Building")
    reporter.retrying(1, 4, 60.0, OSError())
    reporter.write()
    step = _step(operation)
    assert len(writes) == 1
    assert step.log_tail[-1] == "line 999"
    assert (step.message, step.attempt, step.attempts) == ("Building", 1, 4)


def test_without_progress_nothing_is_written(operation: str, monkeypatch):
    _break_journal(monkeypatch)
    _reporter(operation).write()


def test_a_very_long_line_is_cut(operation: str):
    reporter = _reporter(operation)
    reporter.log("x" * 100_000)
    reporter.write()
    assert len(_step(operation).log_tail[0]) == LONGEST_LINE


def test_what_could_not_be_written_is_kept_in_order(operation: str):
    reporter = _reporter(operation)
    reporter.log("first")
    reporter.report("early")
    with pytest.MonkeyPatch.context() as patch:
        _break_journal(patch)
        with pytest.raises(OperationalError):
            reporter.write()
    reporter.log("second")
    reporter.write()
    step = _step(operation)
    assert step.log_tail == ["first", "second"]
    assert step.message == "early"


def test_newer_progress_wins_over_what_was_kept(operation: str):
    reporter = _reporter(operation)
    reporter.report("early")
    with pytest.MonkeyPatch.context() as patch:
        _break_journal(patch)
        with pytest.raises(OperationalError):
            reporter.write()
    reporter.report("late")
    reporter.write()
    assert _step(operation).message == "late"


def test_a_step_learns_that_it_should_stop(operation: str):
    stop = StopFlag()
    reporter = _reporter(operation, stop)
    reporter.check_stop()
    stop.set(CANCELLED)
    with pytest.raises(OperationStopped):
        reporter.check_stop()


def test_a_child_process_is_noted_before_anything_waits_for_it(operation: str):
    _reporter(operation).remember_process(4711, 12.5)
    assert records.children(operation) == [Child(4711, 12.5)]


def test_the_writer_writes_without_being_asked_twice(operation: str, monkeypatch):
    written = Event()
    save = running.save_progress
    monkeypatch.setattr(running, "save_progress", lambda *a: (save(*a), written.set()))
    writer = ProgressWriter()
    writer.start()
    StepReporter(operation, 0, StopFlag(), writer.wake).log("hello")
    assert written.wait(30)
    writer.end()
    assert _step(operation).log_tail == ["hello"]


def test_the_writer_tries_again_what_failed(operation: str, monkeypatch):
    written = Event()
    save = running.save_progress
    failures = [OperationalError("UPDATE", {}, Exception("database is locked"))]

    def flaky(*args) -> None:
        if failures:
            raise failures.pop()
        save(*args)
        written.set()

    monkeypatch.setattr(running, "save_progress", flaky)
    writer = ProgressWriter()
    writer.start()
    StepReporter(operation, 0, StopFlag(), writer.wake).log("hello")
    assert written.wait(30)
    writer.end()
    assert _step(operation).log_tail == ["hello"]
