"""DBOS as it is used here: one engine per home folder, launched and shut down with the server.

To be called from threads, never from an event loop: DBOS refuses, and its async twins replace the loop's
default executor.
"""

import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import Context
from pathlib import Path
from threading import Lock, Thread
from typing import TypeVar
from weakref import WeakValueDictionary

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowStatus, _workflow_commands

from proto_ddf import errors
from proto_ddf.db import reserve
from proto_ddf.db.engine import forget_file, guarded_engine, migrate
from proto_ddf.db.writing import PATIENCE_SECONDS
from proto_ddf.logs import configure_logging, get_logger
from proto_ddf.operations import journal, records
from proto_ddf.operations.records import Run
from proto_ddf.operations.runner import ActiveRuns, do_run
from proto_ddf.operations.stop import CANCELLED, SERVER_STOPPING, OperationStopped
from proto_ddf.operations.undo import clean_up_in_background
from proto_ddf.settings import get_settings

_T = TypeVar("_T")

APPLICATION_VERSION = "2"
"""Of the workflow. Runs handed over by another version are replaced at launch."""
QUEUE = "operations"
CONCURRENCY = 16
"""Operations that begin at once; as many more are taken from the queue."""
POLLING_SECONDS = 1.0
"""What is in the queue waits half as long, on average; each look costs two milliseconds of an idle server."""
UNUSED_SECONDS = 60.0
"""Between DBOS's looks for schedules, delayed workflows and timeouts, none of which are used here."""
UNWIND_SECONDS = 5.0
"""How long shutdown waits for running steps."""
CLOSE_SECONDS = 5.0
"""How long shutdown then waits for DBOS."""
QUEUE_BUSY_MS = 30_000
"""How long DBOS waits for a lock on its database, as it does with an engine of its own making."""
ACTIVE = ("PENDING", "ENQUEUED", "DELAYED")

log = get_logger(__name__)


class Engine:
    """A launched engine."""

    def __init__(self, lock_file: int) -> None:
        self.lock_file = lock_file
        self.queue_database: sqlalchemy.Engine | None = None
        """DBOS's database; None until it is launched."""
        self.runs = ActiveRuns()


_engine: Engine | None = None
_engine_lock = Lock()
_locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()


def launch() -> None:
    """Start the engine of this home folder, resume what was under way, and clean up what was cancelled.

    The kinds of operation must be registered before: what is resumed may run at once.

    Raises:
        SystemError: code home_locked, when another process has the home folder.
    """
    global _engine
    with _engine_lock:
        settings = get_settings()
        settings.prepare_home()
        engine = Engine(_lock_home(settings.home))
        try:
            _prepare()
            _engine = engine  # before DBOS, whose queue may start work at once
            engine.queue_database = _launch_dbos()
        except BaseException:
            _engine = None
            DBOS.destroy()
            os.close(engine.lock_file)
            raise
    engine.runs.writer.start()
    _reconcile()
    for operation_id in records.clean_ups_owed():
        stop(operation_id)
    log.info("operations launched")


def shutdown() -> None:
    """Stop: running steps are told, and stay to be resumed at the next launch. Takes some seconds at most;
    a step that ignores the stop keeps the home folder locked until the process ends."""
    global _engine
    with _engine_lock:
        engine, _engine = _engine, None
    if engine is None:
        return
    running = engine.runs.stop_all()
    deadline = time.monotonic() + UNWIND_SECONDS
    unwound = [run.ended.wait(max(0.0, deadline - time.monotonic())) for run in running]
    engine.runs.writer.end()
    destroying = Thread(target=DBOS.destroy, name="operations-shutdown", daemon=True)
    destroying.start()
    destroying.join(CLOSE_SECONDS)
    if all(unwound) and not destroying.is_alive():
        if engine.queue_database is not None:
            engine.queue_database.dispose()
        os.close(engine.lock_file)
    log.info("operations stopped", unwound=all(unwound))


def hand_over(run: Run) -> None:
    """Hand a run to DBOS, which begins it at once, or from the queue where many are going on already. It is on record
    before.

    Raises:
        SystemError: when the engine is not launched.
    """
    at_once = current().runs.count() < CONCURRENCY

    def start() -> None:
        with SetWorkflowID(workflow_id(run)):
            if at_once:
                DBOS.start_workflow(run_operation, run.operation_id, run.number)
            else:
                DBOS.enqueue_workflow(QUEUE, run_operation, run.operation_id, run.number)

    _outside(start)


def wait_ended(operation_id: str) -> None:
    """Wait until no run of a failed operation is going on, so that the next may begin.

    Raises:
        SystemError: when the run does not end, or the engine is not launched.
    """
    active = current().runs.find(operation_id)
    if active and not active.ended.wait(PATIENCE_SECONDS + UNWIND_SECONDS):
        raise errors.SystemError("The operation is still ending.", component="operations")


def stop(operation_id: str) -> None:
    """Stop a cancelled operation wherever it is, and clean up in the background. A run that is still in the queue
    finds in the journal that it is not to begin."""
    runs = current().runs
    active = runs.find(operation_id)
    if active:
        active.stop.set(CANCELLED)
    clean_up_in_background(runs, operation_id)


def current() -> Engine:
    """The engine.

    Raises:
        SystemError: when it is not launched.
    """
    if _engine is None:
        raise errors.SystemError("Proto-DDF is starting or stopping.", component="operations")
    return _engine


@contextmanager
def exclusive(operation_id: str) -> Iterator[None]:
    """One change of an operation from outside at a time: double clicks, two tabs."""
    with _engine_lock:
        lock = _locks.setdefault(operation_id, Lock())
    with lock:
        yield


@DBOS.workflow(name="run_operation", max_recovery_attempts=None)
def run_operation(operation_id: str, number: int) -> None:
    """The one workflow. It keeps nothing of the steps: see `proto_ddf.operations.runner`."""
    engine = _engine
    if engine is None:
        raise OperationStopped(SERVER_STOPPING)
    do_run(engine.runs, Run(operation_id, number))


def workflow_id(run: Run) -> str:
    return f"{run.operation_id}:{run.number}"


def _lock_home(home: Path) -> int:
    lock_file = os.open(home / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock_file)
        raise errors.SystemError(
            f"Another Proto-DDF uses {home}.", component="home", code="home_locked", path=str(home)
        ) from error
    return lock_file


def _prepare() -> None:
    configure_logging()
    migrate()
    reserve.hold()
    journal.pause_all()


def _launch_dbos() -> sqlalchemy.Engine:
    """DBOS on a database that it never loses sight of; returns that database's engine."""
    path = get_settings().operations_path
    forget_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    queue_database = guarded_engine(path, QUEUE_BUSY_MS)
    config: DBOSConfig = {
        "name": "proto-ddf",
        "system_database_url": f"sqlite:///{path}",
        "system_database_engine": queue_database,
        "executor_id": "proto-ddf",
        "application_version": APPLICATION_VERSION,
        "log_level": "WARNING",
        "scheduler_polling_interval_sec": UNUSED_SECONDS,
    }
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = UNUSED_SECONDS  # there is no setting for it
    logging.getLogger("dbos").addFilter(_is_news)
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=CONCURRENCY, polling_interval_sec=POLLING_SECONDS)
    return queue_database


def _is_news(record: logging.LogRecord) -> bool:
    """DBOS logs a traceback for every run that the stopping server cut short."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, OperationStopped)


def _reconcile() -> None:
    """Make DBOS's queue agree with the journal, whatever a crash or an earlier release left: what is to run has a
    workflow, and no other workflow is left over."""
    active = active_workflows()
    pending = records.pending()
    wanted = {workflow_id(run) for run in pending}
    live = {each.workflow_id for each in active if each.app_version == APPLICATION_VERSION}
    left_over = [each.workflow_id for each in active if each.workflow_id not in wanted & live]
    if left_over:
        _outside(lambda: DBOS.cancel_workflows(left_over))
    for run in pending:
        if workflow_id(run) not in live and (renewed := journal.renew(run)):
            hand_over(renewed)


def active_workflows() -> list[WorkflowStatus]:
    """What is in DBOS's queue, or was begun and has not ended."""
    return _outside(
        lambda: DBOS.list_workflows(status=list(ACTIVE), load_input=False, load_output=False)
    )


def _outside(call: Callable[[], _T]) -> _T:
    """Call DBOS as from outside any workflow, also where a step of one is the caller."""
    return Context().run(call)
