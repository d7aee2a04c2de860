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
from dbos import DBOS, DBOSConfig, SetWorkflowID

from proto_ddf.db import reserve
from proto_ddf.db.engine import forget_file, guarded_engine, migrate
from proto_ddf.db.tables import OperationState
from proto_ddf.db.writing import PATIENCE_SECONDS
from proto_ddf.errors.types import SystemError
from proto_ddf.logs import configure_logging, get_logger
from proto_ddf.operations import journal, records
from proto_ddf.operations.runner import OperationFailed, Runs, run_operation
from proto_ddf.operations.stop import CANCELLED, SERVER_STOPPING, OperationStopped
from proto_ddf.operations.undo import clean_up_in_background
from proto_ddf.settings import get_settings

_T = TypeVar("_T")

PLAN_VERSION = "1"
"""Bumped only when the order of a kind's steps changes; older work is then taken over at launch."""
QUEUE = "operations"
CONCURRENCY = 16
"""Operations that begin at once; as many more are taken from the queue."""
POLLING_SECONDS = 0.2
"""What is in the queue waits half as long, on average; each look costs a millisecond or two."""
UNWIND_SECONDS = 5.0
"""How long shutdown waits for running steps."""
CLOSE_SECONDS = 5.0
"""How long shutdown then waits for DBOS."""
SETTLE_SECONDS = 2.0
"""How long DBOS may take to note that a run ended."""
CHECKPOINT_BUSY_MS = 30_000
"""How long DBOS waits for a lock on its database, as it does with an engine of its own making."""
ACTIVE = ("PENDING", "ENQUEUED", "DELAYED")

log = get_logger(__name__)


class Engine:
    """A launched engine."""

    def __init__(self, lock_file: int) -> None:
        self.lock_file = lock_file
        self.checkpoints: sqlalchemy.Engine | None = None
        """DBOS's database; None until it is launched."""
        self.runs = Runs()


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
            engine.checkpoints = _launch_dbos()
        except BaseException:
            _engine = None
            DBOS.destroy()
            os.close(engine.lock_file)
            raise
    engine.runs.writer.start()
    for operation_id in records.pending():
        _take_up(operation_id)
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
        if engine.checkpoints is not None:
            engine.checkpoints.dispose()
        os.close(engine.lock_file)
    log.info("operations stopped", unwound=all(unwound))


def begin(operation_id: str) -> None:
    """Hand a journaled operation to DBOS, which runs it at once, or from the queue where many run already.

    Raises:
        SystemError: when the engine is not launched.
    """
    at_once = current().runs.count() < CONCURRENCY

    def hand_over() -> None:
        with SetWorkflowID(operation_id):
            if at_once:
                DBOS.start_workflow(operation, operation_id)
            else:
                DBOS.enqueue_workflow(QUEUE, operation, operation_id)

    _outside(hand_over)


def rewind(operation_id: str, position: int) -> None:
    """Run an operation again, from the step at `position`. Its run must have ended."""

    def from_step() -> None:
        DBOS.rewind_workflow(
            operation_id,
            start_step=position + 1,
            queue_name=QUEUE,
            application_version=PLAN_VERSION,
        )

    _outside(from_step)


def settle(operation_id: str) -> None:
    """Wait until a failed operation's run has ended for DBOS too, so that it can be rewound.

    Raises:
        SystemError: when the run does not end, or the engine is not launched.
    """
    run = current().runs.find(operation_id)
    if run and not run.ended.wait(PATIENCE_SECONDS + UNWIND_SECONDS):
        raise SystemError("The operation is still ending.", component="operations")
    deadline = time.monotonic() + SETTLE_SECONDS
    while _is_active(operation_id):
        if time.monotonic() > deadline:  # it could not write the outcome, on a full disk say
            _outside(lambda: DBOS.cancel_workflow(operation_id))
            return
        time.sleep(0.02)


def stop(operation_id: str) -> None:
    """Stop a cancelled operation wherever it is, and clean up in the background."""
    engine = current()
    try:
        _outside(lambda: DBOS.cancel_workflow(operation_id))
    finally:
        run = engine.runs.find(operation_id)
        if run:
            run.stop.set(CANCELLED)
        clean_up_in_background(engine.runs, operation_id)


def current() -> Engine:
    """The engine.

    Raises:
        SystemError: when it is not launched.
    """
    if _engine is None:
        raise SystemError("Proto-DDF is starting or stopping.", component="operations")
    return _engine


@contextmanager
def exclusive(operation_id: str) -> Iterator[None]:
    """One change of an operation from outside at a time: double clicks, two tabs."""
    with _engine_lock:
        lock = _locks.setdefault(operation_id, Lock())
    with lock:
        yield


@DBOS.workflow(name="operation", max_recovery_attempts=None)
def operation(operation_id: str) -> None:
    """The one workflow; see `proto_ddf.operations.runner`."""
    engine = _engine
    if engine is None:
        raise OperationStopped(SERVER_STOPPING)
    run_operation(engine.runs, operation_id)


def _lock_home(home: Path) -> int:
    lock_file = os.open(home / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock_file)
        raise SystemError(
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
    checkpoints = guarded_engine(path, CHECKPOINT_BUSY_MS)
    config: DBOSConfig = {
        "name": "proto-ddf",
        "system_database_url": f"sqlite:///{path}",
        "system_database_engine": checkpoints,
        "executor_id": "proto-ddf",
        "application_version": PLAN_VERSION,
        "log_level": "WARNING",
    }
    logging.getLogger("dbos").addFilter(_is_news)
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=CONCURRENCY, polling_interval_sec=POLLING_SECONDS)
    return checkpoints


def _is_news(record: logging.LogRecord) -> bool:
    """DBOS logs a traceback for every failed operation, whose cause the runner has logged already."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, OperationFailed | OperationStopped)


def _take_up(operation_id: str) -> None:
    """See to it that DBOS runs an operation that is pending by the journal, whatever a crash left undone."""
    with exclusive(operation_id):
        status = _outside(lambda: DBOS.get_workflow_status(operation_id))
        if status is None:
            begin(operation_id)
            return
        if status.status in ACTIVE and status.app_version == PLAN_VERSION:
            return
        if status.status in ACTIVE:
            _outside(lambda: DBOS.cancel_workflow(operation_id))
        record = records.read(operation_id)
        if record and record.state == OperationState.PENDING:
            rewind(operation_id, records.next_position(operation_id))


def _is_active(operation_id: str) -> bool:
    status = _outside(lambda: DBOS.get_workflow_status(operation_id))
    return status is not None and status.status in ACTIVE


def _outside(call: Callable[[], _T]) -> _T:
    """Call DBOS as from outside any workflow, also where a step of one is the caller."""
    return Context().run(call)
