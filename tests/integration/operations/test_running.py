"""Operations from start to success, failure and Try Again, in this process."""

import asyncio
import errno
import time
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from dbos._sys_db_sqlite import SQLiteSystemDatabase
from pydantic import BaseModel
from pydantic import ValidationError as BadInput
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from proto_ddf import change_events, errors
from proto_ddf.errors import IntegrationError, ValidationError, next_attempt
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine, queue
from proto_ddf.operations.engine.runner import ActiveRuns, execute
from proto_ddf.operations.journal import records, running
from proto_ddf.operations.journal.records import Run
from proto_ddf.operations.model import KINDS, Kind, Step, register
from proto_ddf.progress import current_progress
from proto_ddf.resilience import CircuitOpenError, RateLimitedError


class InTwoMinutes(datetime):
    """A clock that is two minutes fast."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(minutes=2)


def nothing_to_do(_):
    return None


def write_fails(*_, **__):
    raise OperationalError("INSERT", {}, Exception("database or disk is full"))


def test_steps_run_in_order_and_see_earlier_outputs(workshop):
    def first(ctx):
        return {"name": ctx.input.name}

    def second(ctx):
        return [ctx.outputs["first"]["name"], ctx.position]

    done = workshop.wait(workshop.start(first, second), "succeeded")
    assert done.output == {"first": {"name": "shop"}, "second": ["shop", 1]}
    assert [(s.state, s.runs) for s in done.steps] == [("succeeded", 1)] * 2
    assert not done.can_cancel
    assert not done.can_retry


def test_the_progress_of_a_step_is_the_current_one_while_it_runs(workshop):
    def step(ctx):
        current_progress.get().log("from below")
        current_progress.get().report("Working")

    done = workshop.wait(workshop.start(step), "succeeded")
    assert done.steps[0].log_tail == ["from below"]
    assert done.steps[0].message == "Working"


def test_a_failure_is_described_recorded_and_reported(workshop):
    def broken(_):
        raise IntegrationError("locked", system="sqlite", operation="open", code="sqlite_locked")

    failed = workshop.wait(workshop.start(broken), "failed")
    assert failed.error["code"] == "sqlite_locked"
    assert failed.error["context"]["operation"] == "Make shop"
    assert failed.can_retry
    (kept,) = workshop.until(lambda: recent_errors(10))
    assert (kept["operation_id"], kept["code"]) == (failed.id, "sqlite_locked")
    assert kept["operation"] == "Make shop"


def test_try_again_resumes_at_the_step_that_failed(workshop):
    ran: list[str] = []
    cured = Event()

    def first(_):
        ran.append("first")
        return "kept"

    def second(ctx):
        ran.append("second")
        if not cured.is_set():
            raise OSError(errno.ENOSPC, "No space left on device")
        return ctx.outputs["first"]

    def third(_):
        ran.append("third")

    operation_id = workshop.start(first, second, third)
    workshop.wait(operation_id, "failed")
    service.retry(operation_id)
    workshop.wait(operation_id, "failed")
    cured.set()
    service.retry(operation_id)
    done = workshop.wait(operation_id, "succeeded")
    assert ran == ["first", "second", "second", "second", "third"]
    assert done.output["second"] == "kept"
    assert [s.runs for s in done.steps] == [1, 3, 1]
    assert done.error is None


def test_success_after_a_retry_resolves_the_errors(workshop):
    failures = [OSError(errno.ENOSPC, "full")]

    def flaky(_):
        if failures:
            raise failures.pop()

    operation_id = workshop.start(flaky)
    workshop.wait(operation_id, "failed")
    service.retry(operation_id)  # waits until the failure is recorded
    workshop.wait(operation_id, "succeeded")
    assert workshop.until(lambda: [each for each in recent_errors(1) if each["resolved_at"]])


def test_only_one_of_many_clicks_on_try_again_counts(workshop):
    release = Event()
    failures = [OSError(errno.ENOSPC, "full")]

    def step(ctx):
        if failures:
            raise failures.pop()
        while not release.wait(0.02):
            ctx.check_stop()

    operation_id = workshop.start(step)
    workshop.wait(operation_id, "failed")
    barrier = Barrier(8)
    outcomes: list[str] = []

    def click() -> None:
        barrier.wait()
        try:
            service.retry(operation_id)
            outcomes.append("retried")
        except ValidationError:
            outcomes.append("refused")

    threads = [Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    release.set()
    done = workshop.wait(operation_id, "succeeded", "failed")
    assert sorted(outcomes) == ["refused"] * 7 + ["retried"]
    assert done.state == "succeeded"
    assert done.steps[0].runs == 2


def test_only_a_failed_operation_can_be_tried_again(workshop):
    operation_id = workshop.start(nothing_to_do)
    workshop.wait(operation_id, "succeeded")
    for wrong in (operation_id, "unknown"):
        with pytest.raises(ValidationError):
            service.retry(wrong)


@pytest.mark.parametrize("refusal", [CircuitOpenError, RateLimitedError])
def test_try_again_before_its_time_is_refused_and_runs_nothing(workshop, refusal, monkeypatch):
    """The page counts down to that time, but a page can be wrong because of its clock, its code, or its user."""
    failures = [refusal("shop", 60.0)]

    def step(_):
        if failures:
            raise failures.pop()

    operation_id = workshop.start(step)
    failed = workshop.wait(operation_id, "failed")
    for _ in range(3):
        with pytest.raises(errors.SystemError) as refused:
            service.retry(operation_id)
        assert refused.value.code == "too_early"
        assert refused.value.context["retry_at"] == failed.error["context"]["retry_at"]
        assert 1 <= refused.value.context["retry_after"] <= 60
    assert workshop.wait(operation_id, "failed").steps[0].runs == 1
    monkeypatch.setattr(next_attempt, "datetime", InTwoMinutes)
    service.retry(operation_id)
    assert workshop.wait(operation_id, "succeeded").steps[0].runs == 2


def test_ten_operations_run_at_the_same_time(workshop):
    together = Barrier(10)

    def meet(_):
        together.wait(120)

    ids = [workshop.start(meet) for _ in range(10)]
    assert {workshop.wait(i, "succeeded", "failed").state for i in ids} == {"succeeded"}


def test_a_subscriber_is_woken_until_the_end(workshop):
    def step(ctx):
        ctx.log("line")

    async def watch() -> list[str]:
        seen: list[str] = []
        with change_events.subscribe(None) as subscription:
            operation_id = await asyncio.to_thread(workshop.start, step)
            while not seen or seen[-1] != "succeeded":
                assert await subscription.wait(120)
                view = await asyncio.to_thread(service.view, operation_id)
                seen.append(view.state)
        return seen

    assert asyncio.run(watch())[-1] == "succeeded"


def test_a_step_that_reports_often_is_written_in_few_transactions(workshop, monkeypatch):
    writes: list[int] = []
    save = running.save_progress

    def counted(operation_id, position, update):
        writes.append(len(update.lines))
        save(operation_id, position, update)

    monkeypatch.setattr(running, "save_progress", counted)

    def chatty(ctx):
        for n in range(4000):
            ctx.log(f"line {n}")

    done = workshop.wait(workshop.start(chatty), "succeeded")
    assert sum(writes) == 4000
    assert len(writes) < 400
    assert done.steps[0].log_tail[-1] == "line 3999"


def test_an_invalid_input_is_refused_before_anything_is_recorded(workshop):
    class Other(BaseModel):
        name: int = 3

    workshop.wait(workshop.start(nothing_to_do), "succeeded")
    with pytest.raises(BadInput):
        service.start("test", Other())
    with pytest.raises(KeyError):
        service.start("unknown kind", Other())
    assert len(service.recent()) == 1


def test_an_operation_whose_kind_no_longer_exists_fails_visibly(workshop):
    failures = [OSError(errno.ENOSPC, "full")]

    def flaky(_):
        raise failures[0]

    operation_id = workshop.start(flaky)
    workshop.wait(operation_id, "failed")
    KINDS.pop("test")
    service.retry(operation_id)
    failed = workshop.wait(operation_id, "failed")
    assert "no kind test" in failed.error["context"]["error_message"]


def test_an_operation_whose_kind_has_other_steps_now_fails_visibly(workshop):
    failures = [OSError(errno.ENOSPC, "full")]

    def before(_):
        if failures:
            raise failures.pop()

    operation_id = workshop.start(before)
    workshop.wait(operation_id, "failed")
    workshop.wait(workshop.start(nothing_to_do), "succeeded")  # the same kind, with another step
    service.retry(operation_id)
    failed = workshop.wait(operation_id, "failed")
    assert "steps" in failed.error["context"]["error_message"]


def test_a_step_may_start_another_operation(workshop):
    def outer(_):
        return workshop.start(nothing_to_do, kind="inner")

    done = workshop.wait(workshop.start(outer, kind="outer"), "succeeded")
    assert workshop.wait(done.output["outer"], "succeeded").kind == "inner"


def test_a_success_that_dbos_could_not_record_is_a_success(workshop, monkeypatch):
    ran: list[str] = []

    def step(_):
        ran.append("step")
        return "done"

    monkeypatch.setattr(SQLiteSystemDatabase, "update_workflow_outcome", write_fails)
    operation_id = workshop.start(step)
    assert workshop.wait(operation_id, "succeeded").output == {"step": "done"}
    engine.shutdown()
    monkeypatch.undo()
    engine.launch()
    workshop.wait_queue_empty()
    assert service.view(operation_id).state == "succeeded"
    assert ran == ["step"]


def test_a_failure_that_dbos_could_not_record_can_be_tried_again(workshop, monkeypatch):
    failures = [OSError(errno.ENOSPC, "full")]

    def flaky(_):
        if failures:
            raise failures.pop()

    with monkeypatch.context() as patch:
        patch.setattr(SQLiteSystemDatabase, "update_workflow_outcome", write_fails)
        operation_id = workshop.start(flaky)
        workshop.wait(operation_id, "failed")
    service.retry(operation_id)
    assert workshop.wait(operation_id, "succeeded").steps[0].runs == 2


def test_a_try_again_that_cannot_be_handed_over_is_reported_and_can_be_repeated(
    workshop, monkeypatch
):
    failures = [OSError(errno.ENOSPC, "full")]

    def flaky(_):
        if failures:
            raise failures.pop()

    operation_id = workshop.start(nothing_to_do, flaky)
    workshop.wait(operation_id, "failed")
    with monkeypatch.context() as patch:
        patch.setattr(queue.DBOS, "start_workflow", write_fails)
        with pytest.raises(OperationalError):
            service.retry(operation_id)
    failed = service.view(operation_id)
    assert (failed.state, failed.can_retry) == ("failed", True)
    assert [step.state for step in failed.steps] == ["succeeded", "failed"]
    service.retry(operation_id)
    assert [s.runs for s in workshop.wait(operation_id, "succeeded").steps] == [1, 2]


def test_a_run_that_was_replaced_does_nothing(workshop):
    """DBOS may recover a run whose operation was tried again in the meantime."""
    ran: list[str] = []
    failures = [OSError(errno.ENOSPC, "full")]
    release = Event()

    def first(_):
        ran.append("first")
        if failures:
            raise failures.pop()

    def second(ctx):
        ran.append("second")
        while not release.wait(0.02):
            ctx.check_stop()

    operation_id = workshop.start(first, second)
    workshop.wait(operation_id, "failed")
    service.retry(operation_id)
    workshop.until(lambda: ran[-1] == "second")
    for number in (1, 3):
        execute(ActiveRuns(), Run(operation_id, number))
    assert service.view(operation_id).steps[1].state == "running"
    release.set()
    workshop.wait(operation_id, "succeeded")
    execute(ActiveRuns(), Run(operation_id, 2))
    assert ran == ["first", "first", "second"]


def test_without_an_engine_nothing_is_started_and_nothing_recorded(prepared_home):
    class Nothing(BaseModel):
        pass

    register(Kind("idle", lambda _: "Idle", Nothing, (Step("a", "A", nothing_to_do),)))
    with pytest.raises(errors.SystemError):
        service.start("idle", Nothing())
    assert records.pending() == []


def test_a_refused_hand_over_leaves_no_record(workshop, monkeypatch):
    workshop.wait(workshop.start(nothing_to_do), "succeeded")

    def refuse(_):
        raise OSError("no")

    monkeypatch.setattr(engine, "hand_over", refuse)
    with pytest.raises(OSError, match="no"):
        workshop.start(nothing_to_do)
    assert len(service.recent()) == 1


def test_an_output_that_json_cannot_hold_fails_the_step(workshop):
    def step(_):
        return object()

    failed = workshop.wait(workshop.start(step), "failed")
    assert "JSON" in failed.error["context"]["error_message"]


def test_an_idle_queue_makes_few_database_queries(workshop):
    """By default DBOS also looks every second for delayed workflows and timeouts, which are not used here. That
    took a quarter of its time, so it is switched off."""
    asked: list[str] = []
    queue = engine.current().queue_database
    event.listen(queue, "before_cursor_execute", lambda _c, _u, text, *_: asked.append(text))
    begun = time.monotonic()
    time.sleep(5)
    workshop.until(lambda: len(asked) >= 5)
    assert len(asked) <= 10 * (time.monotonic() - begun)
    assert not any("workflow_deadline" in text.split("WHERE")[-1] for text in asked)
