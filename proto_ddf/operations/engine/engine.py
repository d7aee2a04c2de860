"""The engine of operations: one per home folder, launched and shut down with the server. Call it from threads, not from an
event loop."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from weakref import WeakValueDictionary

import sqlalchemy
from dbos import DBOS

from proto_ddf import errors
from proto_ddf.db import reserve
from proto_ddf.db.engine import migrate
from proto_ddf.db.writing import PATIENCE_SECONDS
from proto_ddf.logs import configure_logging, get_logger
from proto_ddf.monitoring import intake
from proto_ddf.operations.engine import queue
from proto_ddf.operations.engine.clean_up import clean_up_in_background
from proto_ddf.operations.engine.lost_reports import report_lost_errors
from proto_ddf.operations.engine.runner import ActiveRuns, execute
from proto_ddf.operations.journal import journal, records
from proto_ddf.operations.journal.records import Run
from proto_ddf.operations.stop_flag import CANCELLED
from proto_ddf.settings import get_settings
from proto_ddf.submissions import put_off

CONCURRENCY = 16
"""Operations that start without the queue, and also the most that are taken from the queue."""
UNWIND_SECONDS = 5.0
"""How long shutdown waits for running steps to stop."""
CLOSE_SECONDS = 5.0
"""How long shutdown waits for DBOS afterwards."""
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
    """Start the engine of this home folder, resume unfinished operations, and clean up after cancelled ones.

    The kinds of operation must be registered before, because resumed operations may run at once.

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
            report_lost_errors()
            _engine = engine  # before DBOS, whose queue may start runs at once
            engine.queue_database = queue.launch(partial(execute, engine.runs), CONCURRENCY)
        except BaseException:
            _engine = None
            DBOS.destroy()
            os.close(engine.lock_file)
            raise
    engine.runs.writer.start()
    queue.reconcile(hand_over)
    for operation_id in records.pending_clean_ups():
        stop(operation_id)
    log.info("operations launched")


def shutdown() -> None:
    """Stop the engine. Running steps are told to stop; the next launch resumes them. Takes a few seconds at most; a step
    that ignores the stop keeps the home folder locked until the process ends."""
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
    intake.close(CLOSE_SECONDS)
    if all(unwound) and not destroying.is_alive():
        if engine.queue_database is not None:
            engine.queue_database.dispose()
        os.close(engine.lock_file)
    log.info("operations stopped", unwound=all(unwound))


def hand_over(run: Run) -> None:
    """Hand a run, which is in the journal, to the queue. It starts at once unless many others are running.

    Raises:
        SystemError: when the engine is not launched.
    """
    queue.put(run, at_once=current().runs.count() < CONCURRENCY)


def wait_ended(operation_id: str) -> None:
    """Wait until the last run of a failed operation has ended, so that the next may start.

    Raises:
        SystemError: when the run does not end, or the engine is not launched.
    """
    active = current().runs.find(operation_id)
    if active and not active.ended.wait(PATIENCE_SECONDS + UNWIND_SECONDS):
        raise errors.SystemError("The operation is still ending.", component="operations")


def stop(operation_id: str) -> None:
    """Stop a cancelled operation and clean up in the background. A run that is still in the queue finds in the journal that
    it must not start."""
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
        put_off()
        raise errors.SystemError("Proto-DDF is starting or stopping.", component="operations")
    return _engine


@contextmanager
def exclusive(operation_id: str) -> Iterator[None]:
    """Only one change of an operation from outside at a time, despite double clicks and several tabs."""
    with _engine_lock:
        lock = _locks.setdefault(operation_id, Lock())
    with lock:
        yield


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
