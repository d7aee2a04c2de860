"""Does one run of an operation: asks the journal for the next step, runs it, and writes its outcome, until none is
left. A step that has succeeded does not run again.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from proto_ddf import errors
from proto_ddf.current_user import acting_for
from proto_ddf.db import reserve
from proto_ddf.db.tables import OperationRecord
from proto_ddf.errors import describe
from proto_ddf.hosting.processes import end_tree
from proto_ddf.logs import get_logger, log_operation
from proto_ddf.monitoring import intake, own_errors
from proto_ddf.monitoring.reported import OperationEnded
from proto_ddf.operations.engine.progress_writer import ProgressWriter, StepReporter
from proto_ddf.operations.journal import journal, records, running
from proto_ddf.operations.journal.records import Run
from proto_ddf.operations.journal.running import NextStep
from proto_ddf.operations.model import JSON, KINDS, Step, StepContext, UndoContext
from proto_ddf.operations.resources import RunResources
from proto_ddf.operations.stop_flag import SERVER_STOPPING, OperationStopped, StopFlag
from proto_ddf.progress import current_progress

log = get_logger(__name__)


@dataclass
class ActiveRun:
    """A run that is executed in this process."""

    run: Run
    stop: StopFlag = field(default_factory=StopFlag)
    ended: Event = field(default_factory=Event)
    began: float = field(default_factory=time.monotonic)


class ActiveRuns:
    """The runs that are executed in this process, and whether new ones may start."""

    def __init__(self) -> None:
        self.writer = ProgressWriter()
        self._active: dict[str, ActiveRun] = {}
        self._lock = Lock()
        self._stopping = False

    @contextmanager
    def entered(self, run: Run) -> Iterator[ActiveRun]:
        """Raises OperationStopped once the server stops."""
        active = ActiveRun(run)
        with self._lock:
            if self._stopping:
                raise OperationStopped(SERVER_STOPPING)
            self._active[run.operation_id] = active
        try:
            yield active
        finally:
            with self._lock:
                if self._active.get(run.operation_id) is active:
                    del self._active[run.operation_id]
            active.ended.set()

    def find(self, operation_id: str) -> ActiveRun | None:
        with self._lock:
            return self._active.get(operation_id)

    def count(self) -> int:
        with self._lock:
            return len(self._active)

    def stop_all(self) -> list[ActiveRun]:
        """Let no run start any more, and tell all to stop."""
        with self._lock:
            self._stopping = True
            active = list(self._active.values())
        for each in active:
            each.stop.set(SERVER_STOPPING)
        return active


class _StepFailed(Exception):
    """A step failed, and the journal has its error."""


@dataclass
class _Work:
    """An operation with everything that its steps need."""

    active: ActiveRun
    writer: ProgressWriter
    record: OperationRecord
    given: BaseModel
    steps: Mapping[str, Step[Any]]
    resources: RunResources


def execute(runs: ActiveRuns, run: Run) -> None:
    """Execute the run, as far as the journal allows it.

    Raises:
        OperationStopped: when the server stops before the end.
    """
    with runs.entered(run) as active, bound_contextvars(operation_id=run.operation_id):
        try:
            _do(runs, active)
        except OperationStopped:
            if active.stop.reason == SERVER_STOPPING:
                _try(lambda: journal.pause_operation(run))
                raise
        except Exception as error:  # its record cannot be read: it stays, for the release that can
            own_errors.report(error, "operations", f"Run operation {run.operation_id}")


def _do(runs: ActiveRuns, active: ActiveRun) -> None:
    record = running.begin(active.run, active.stop.pause)
    with acting_for(record.user_id):
        _run_steps(runs, active, record)


def _run_steps(runs: ActiveRuns, active: ActiveRun, record: OperationRecord) -> None:
    try:
        with log_operation(record.kind, title=record.title), closing(RunResources()) as resources:
            work = _prepare(runs, active, record, resources)
            while step := running.start_next_step(active.run, active.stop.pause):
                _run_step(work, step)
    except _StepFailed:
        return
    except Exception as error:  # between two steps
        _fail(active, record, records.next_position(record.id), error)
        return
    _report_end(active, record, "succeeded")


def _prepare(
    runs: ActiveRuns, active: ActiveRun, record: OperationRecord, resources: RunResources
) -> _Work:
    kind = KINDS.get(record.kind)
    if kind is None:
        raise errors.SystemError(
            f"There is no kind {record.kind} of operation.", component="operations"
        )
    given = kind.input_model.model_validate(record.input)
    steps = {step.name: step for step in kind.steps_for(given)}
    if list(steps) != records.step_names(record.id):
        raise errors.SystemError(
            "The steps of this operation are not those it was started with.",
            component="operations",
        )
    return _Work(active, runs.writer, record, given, steps, resources)


def _run_step(work: _Work, step: NextStep) -> None:
    active, record = work.active, work.record
    reporter = StepReporter(record.id, step.position, active.stop, work.writer.wake)
    context = StepContext(
        record.id, work.given, step.outputs, step.position, reporter, work.resources
    )
    try:
        if step.child:
            end_tree(step.child.pid, step.child.create_time)
        output = _call(work.steps[step.name], context)
        reporter.finish()
        interim = work.steps[step.name].interim
        running.step_succeeded(
            active.run, step.position, output, active.stop.pause, interim=interim
        )
    except Exception as error:
        reporter.finish()
        _fail(active, record, step.position, error, lambda: _after_failure(work))
        raise _StepFailed from error


def _call(step: Step[Any], context: StepContext[Any]) -> JSON:
    token = current_progress.set(context)
    try:
        with bound_contextvars(step=step.name), log_operation(step.title):
            return step.run(context)
    finally:
        current_progress.reset(token)


def _fail(
    active: ActiveRun,
    record: OperationRecord,
    position: int,
    error: Exception,
    follow_up: Callable[[], None] = lambda: None,
) -> None:
    """Record the failure in the log, the journal and the list of errors. `follow_up` is called before others hear of it."""
    active.stop.check()  # a step that is told to stop may raise any exception
    if reserve.is_disk_full(error):
        reserve.release()
    described = describe(
        error, operation=record.title, operation_id=record.id, user_id=record.user_id
    )
    log.warning("step failed", position=position, code=described["code"], exc_info=error)
    running.step_failed(active.run, position, described, active.stop.pause)
    follow_up()
    intake.report(
        described,
        record.title,
        record.id,
        record.user_id,
        subject=record.subject,
        error_id=records.error_id(active.run, position),
    )
    _report_end(active, record, "failed")


def _report_end(active: ActiveRun, record: OperationRecord, outcome: str) -> None:
    seconds = time.monotonic() - active.began
    intake.report_end(OperationEnded(record.id, record.kind, record.subject, outcome, seconds))


def _after_failure(work: _Work) -> None:
    """Whatever this does, the operation has failed, and that is recorded."""
    failed = KINDS[work.record.kind].failed
    if failed is None:
        return
    try:
        failed(UndoContext(work.record.id, work.given, records.outputs(work.record.id)))
    except Exception as error:
        log.error("not done after a failure", exc_info=error)


def _try(note: Callable[[], object]) -> None:
    """Write something that is useful but not required: the journal alone decides how the operation ends."""
    try:
        note()
    except SQLAlchemyError as error:
        log.error("not written", reason=str(error))
