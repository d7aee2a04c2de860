"""Runs an operation: one generic DBOS workflow, whose input is the operation's id alone.

Step n of an operation (from 0) is DBOS's function n + 1. The journal is written first and decides: a step
whose output is there is not run again, whatever DBOS remembers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from dbos import DBOS, StepOptions
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from proto_ddf.db import reserve
from proto_ddf.db.tables import OperationRecord
from proto_ddf.errors import describe
from proto_ddf.errors.types import SystemError
from proto_ddf.hosting.processes import end_tree
from proto_ddf.logs import get_logger, log_operation
from proto_ddf.monitoring import tracker
from proto_ddf.operations import journal, records
from proto_ddf.operations.model import JSON, KINDS, Step, StepContext
from proto_ddf.operations.reporter import ProgressWriter, StepReporter
from proto_ddf.operations.stop import SERVER_STOPPING, OperationStopped, StopFlag
from proto_ddf.progress import current_progress

log = get_logger(__name__)


class OperationFailed(Exception):
    """What DBOS gets to see of a failure: one string, for it pickles exceptions."""


@dataclass
class Run:
    """An operation that runs now, in this process."""

    operation_id: str
    stop: StopFlag = field(default_factory=StopFlag)
    ended: Event = field(default_factory=Event)


class Runs:
    """The runs of this process, and whether new ones may begin."""

    def __init__(self) -> None:
        self.writer = ProgressWriter()
        self._runs: dict[str, Run] = {}
        self._lock = Lock()
        self._stopping = False

    @contextmanager
    def entered(self, operation_id: str) -> Iterator[Run]:
        run = Run(operation_id)
        with self._lock:
            if self._stopping:
                raise OperationStopped(SERVER_STOPPING)
            self._runs[operation_id] = run
        try:
            yield run
        finally:
            with self._lock:
                if self._runs.get(operation_id) is run:
                    del self._runs[operation_id]
            run.ended.set()

    def find(self, operation_id: str) -> Run | None:
        with self._lock:
            return self._runs.get(operation_id)

    def count(self) -> int:
        with self._lock:
            return len(self._runs)

    def stop_all(self) -> list[Run]:
        """Let no run begin any more, and tell all to stop."""
        with self._lock:
            self._stopping = True
            running = list(self._runs.values())
        for run in running:
            run.stop.set(SERVER_STOPPING)
        return running


@dataclass
class _Work:
    """An operation as its steps need it."""

    run: Run
    writer: ProgressWriter
    record: OperationRecord
    given: BaseModel
    steps: Sequence[Step[Any]]
    outputs: dict[str, JSON] = field(default_factory=dict)


def run_operation(runs: Runs, operation_id: str) -> None:
    """The body of the workflow.

    Raises:
        OperationFailed: when a step failed, or the journal says that the operation is not to run.
        OperationStopped: when it was cancelled or the server stops.
    """
    with runs.entered(operation_id) as run, bound_contextvars(operation_id=operation_id):
        try:
            _run(runs, run)
        except OperationStopped:
            if run.stop.reason == SERVER_STOPPING:
                _try(lambda: journal.pause_operation(operation_id))
            raise


def _run(runs: Runs, run: Run) -> None:
    record = journal.begin(run.operation_id, run.stop.pause)
    if record is None:
        raise OperationFailed("The operation is not to run.")
    position = records.next_position(record.id)
    with log_operation(record.kind, title=record.title):
        try:
            work = _prepare(runs, run, record)
            for position, step in enumerate(work.steps):
                options: StepOptions = {"name": step.name}
                work.outputs[step.name] = DBOS.run_step(options, _run_step, work, step, position)
            if not journal.succeed(record.id, run.stop.pause):
                raise OperationStopped(run.stop.reason)
        except OperationFailed:
            raise
        except Exception as error:  # also where DBOS cannot write its own record
            raise _fail(run, record, position, error) from None
    _try(lambda: tracker.resolve(record.id))


def _prepare(runs: Runs, run: Run, record: OperationRecord) -> _Work:
    kind = KINDS.get(record.kind)
    if kind is None:
        raise SystemError(f"There is no kind {record.kind} of operation.", component="operations")
    given = kind.input_model.model_validate(record.input)
    steps = kind.steps(given)
    if [step.name for step in steps] != records.step_names(record.id):
        raise SystemError(
            "The steps of this operation are not those it was started with.",
            component="operations",
        )
    return _Work(run, runs.writer, record, given, steps)


def _run_step(work: _Work, step: Step[Any], position: int) -> JSON:
    stop = work.run.stop
    entry = journal.step_started(work.record.id, position, stop.pause)
    if entry is None:
        raise OperationStopped(stop.reason)
    if entry.finished:
        return entry.output
    reporter = StepReporter(work.record.id, position, stop, work.writer.wake)
    context = StepContext(work.record.id, work.given, dict(work.outputs), position, reporter)
    try:
        if entry.child:
            end_tree(entry.child.pid, entry.child.create_time)
        output = _call(step, context)
        reporter.finish()
        if not journal.step_succeeded(work.record.id, position, output, stop.pause):
            raise OperationStopped(stop.reason)
        return output
    except Exception as error:
        reporter.finish()
        raise _fail(work.run, work.record, position, error) from None


def _call(step: Step[Any], context: StepContext[Any]) -> JSON:
    token = current_progress.set(context)
    try:
        with bound_contextvars(step=step.name), log_operation(step.title):
            return step.run(context)
    finally:
        current_progress.reset(token)


def _fail(run: Run, record: OperationRecord, position: int, error: Exception) -> OperationFailed:
    """Note the failure everywhere; the answer is to be raised."""
    run.stop.check()  # a step that was made to stop may raise anything
    if reserve.is_disk_full(error):
        reserve.release()
    described = describe(
        error, operation=record.title, operation_id=record.id, user_id=record.user_id
    )
    log.warning("step failed", position=position, code=described["code"], exc_info=error)
    if not journal.step_failed(record.id, position, described, run.stop.pause):
        raise OperationStopped(run.stop.reason)
    _try(lambda: tracker.record_error(described, record.title, record.id, record.user_id))
    return OperationFailed(str(described["message"]))


def _try(note: Callable[[], object]) -> None:
    """Write what is good to have: without it the operation still ends as the journal says."""
    try:
        note()
    except SQLAlchemyError as error:
        log.error("not written", reason=str(error))
