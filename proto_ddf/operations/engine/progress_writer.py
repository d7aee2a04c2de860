"""Collects the progress of running steps in memory and writes it to the journal several times a second."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from proto_ddf.db.tables import utc_now
from proto_ddf.logs import get_logger
from proto_ddf.operations.journal import running
from proto_ddf.operations.journal.records import Child
from proto_ddf.operations.journal.running import StepUpdate
from proto_ddf.operations.stop_flag import StopFlag
from proto_ddf.redaction import scrub_text

WRITE_INTERVAL_SECONDS = 0.1
LONGEST_LINE = 2000
MOST_LINES_WAITING = 5000

log = get_logger(__name__)


class StepReporter:
    """The Progress of one run of one step. `wake` tells the writer that there is something to write."""

    def __init__(
        self,
        operation_id: str,
        position: int,
        stop: StopFlag,
        wake: Callable[["StepReporter"], None],
    ) -> None:
        self.operation_id = operation_id
        self._position = position
        self._stop = stop
        self._wake = wake
        self._update_lock = Lock()
        self._write_lock = Lock()
        self._update = _nothing()

    def log(self, line: str) -> None:
        with self._update_lock:
            self._update.lines.append((utc_now(), line.rstrip()[:LONGEST_LINE]))
        self._wake(self)

    def report(self, message: str) -> None:
        with self._update_lock:
            self._update.message = message
        self._wake(self)

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        with self._update_lock:
            self._update.retry = (attempt, attempts, utc_now() + timedelta(seconds=wait))
        self._wake(self)

    def check_stop(self) -> None:
        self._stop.check()

    def remember_process(self, pid: int, create_time: float) -> None:
        child = Child(pid, create_time)
        running.remember_child(self.operation_id, self._position, child, self._stop.pause)

    def write(self) -> None:
        """Write the progress made since the last write; on failure keep it for the next one.

        Raises:
            SQLAlchemyError: when the journal cannot be written now.
        """
        with self._write_lock:
            with self._update_lock:
                update, self._update = self._update, _nothing()
            if not update.lines and update.message is None and update.retry is None:
                return
            try:
                running.save_progress(self.operation_id, self._position, _without_secrets(update))
            except BaseException:
                self._put_back(update)
                raise

    def finish(self) -> None:
        """The step has ended: write the rest now or, if that fails, leave it to the writer."""
        try:
            self.write()
        except SQLAlchemyError:
            self._wake(self)

    def _put_back(self, update: StepUpdate) -> None:
        with self._update_lock:
            update.lines.extend(self._update.lines)
            self._update.lines = update.lines
            self._update.message = self._update.message or update.message
            self._update.retry = self._update.retry or update.retry


class ProgressWriter:
    """One thread that writes the progress of all running steps."""

    def __init__(self) -> None:
        self._waiting: set[StepReporter] = set()
        self._lock = Lock()
        self._work_arrived = Event()
        self._ending = Event()
        self._thread = Thread(target=self._work, name="operations-progress", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Write the rest, then stop."""
        self._ending.set()
        self._work_arrived.set()
        self._thread.join(timeout=2.0)

    def wake(self, reporter: StepReporter) -> None:
        with self._lock:
            self._waiting.add(reporter)
        self._work_arrived.set()

    def _work(self) -> None:
        while not self._ending.is_set():
            self._work_arrived.wait()
            self._work_arrived.clear()
            self._write_all()
            self._ending.wait(WRITE_INTERVAL_SECONDS)
        self._write_all()

    def _write_all(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for reporter in waiting:
            try:
                reporter.write()
            except SQLAlchemyError as error:
                log.warning("progress waits", operation_id=reporter.operation_id, reason=str(error))
                if not self._ending.is_set():
                    self.wake(reporter)


def _without_secrets(update: StepUpdate) -> StepUpdate:
    """Done here and not when a line comes, so that a step does not wait for it."""
    lines = deque((at, scrub_text(line, LONGEST_LINE)) for at, line in update.lines)
    message = update.message if update.message is None else scrub_text(update.message)
    return replace(update, lines=lines, message=message)


def _nothing() -> StepUpdate:
    return StepUpdate(lines=deque(maxlen=MOST_LINES_WAITING))
