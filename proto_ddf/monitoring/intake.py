"""The one intake of errors: what happened is reported here and stored soon after.

Reporting never waits for the database. What is reported is put into a queue of bounded size (`waiting_reports`); one thread
writes it in batches, and keeps trying while the database cannot be written. While little of the disk is free, errors are stored
without their large part.

What the queue held when the process was killed is reported again from the journal of operations at the next start.
"""

import contextlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Any

from sqlalchemy.exc import OperationalError

from proto_ddf import change_events
from proto_ddf.logs import get_logger
from proto_ddf.monitoring.bodies import packed_body
from proto_ddf.monitoring.event_store import store
from proto_ddf.monitoring.reported import NetworkError, OperationEnded, Reported, reported_error
from proto_ddf.monitoring.waiting_reports import WaitingReports
from proto_ddf.settings import get_settings

TOPIC = "errors"
"""The topic of `change_events` that is published when anything reported was stored."""
MOST_WAITING = 10_000
LOW_DISK_BYTES = 4 * 2**20
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between two attempts to store a batch."""
_CHECK_DISK_SECONDS = 1.0

log = get_logger(__name__)


@dataclass(frozen=True)
class IntakeStatistics:
    waiting: int
    waiting_bytes: int
    stored: int
    """Since the process started, as all of these."""
    refused: Mapping[str, int]
    """By reason: queue_full, too_fast, and body_low_disk, body_queue_full for errors without their large part."""
    is_failing: bool
    """The last write failed and is tried again."""


class Intake:
    """A bounded queue and the thread that empties it, which starts with the first report. Thread-safe.

    Args:
        write: stores a batch; returns the ids of changed incidents.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Reported], Mapping[str, int]], list[str]] = store,
        clock: Callable[[], float] = time.monotonic,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._write = write
        self._clock = clock
        self._queue = WaitingReports(most_waiting, clock, self._start)
        self._stored = 0
        self._is_failing = False
        self._disk_checked_at = -_CHECK_DISK_SECONDS
        self._thread: Thread | None = None

    def report(
        self,
        described: Mapping[str, Any],
        operation: str,
        operation_id: str | None = None,
        user_id: str | None = None,
        *,
        subject: str = "",
        error_id: str = "",
    ) -> str:
        """Report an error, described by `proto_ddf.errors.describe`; returns the id of its incident.

        `operation` is for people: "Generate Sample shop". Without `user_id` the user is that of the error's context. An
        error with an `error_id` that is stored already is not stored again.
        """
        error = reported_error(described, operation, operation_id, user_id, subject, error_id)
        if not self._queue.merge(error):
            error.body = packed_body(described)
            self._queue.add_error(error)
        return error.incident_id

    def report_end(self, ended: OperationEnded) -> None:
        """Report that a run of an operation has ended."""
        self._queue.add(ended)

    def report_network_error(self, error: NetworkError) -> bool:
        """Report failed attempts to call an external system; False if the queue is full."""
        return self._queue.add_if_room(error)

    def flush(self, seconds: float) -> bool:
        """Wait until everything reported so far is stored; whether it was within `seconds`."""
        return self._queue.wait_until_empty(seconds)

    def close(self, seconds: float) -> None:
        """Store what waits, for at most `seconds`, and end the thread. The next report starts another one."""
        self.flush(seconds)
        self._queue.close()
        thread = self._thread
        if thread:
            thread.join()
        self._queue.empty(self._forget_thread)

    def statistics(self) -> IntakeStatistics:
        queue = self._queue.statistics()
        return IntakeStatistics(
            waiting=queue.waiting,
            waiting_bytes=queue.waiting_bytes,
            stored=self._stored,
            refused=queue.refused,
            is_failing=self._is_failing,
        )

    def _start(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name="error-intake", daemon=True)
            self._thread.start()

    def _forget_thread(self) -> None:
        self._is_failing = False
        self._thread = None

    def _work(self) -> None:
        while (batch := self._queue.next_batch()) is not None:
            self._check_disk()
            waits = iter(WAITS)
            while not self._stored_batch(batch):
                if self._queue.wait_for_close(next(waits, WAITS[-1])):
                    return

    def _stored_batch(self, batch: list[Reported]) -> bool:
        """Store it; whether nothing of it is left to store. What fails for another reason than the database is dropped."""
        refusals = self._queue.take_refusals()
        try:
            changed = self._write(batch, refusals)
        except Exception as error:
            self._queue.put_back_refusals(refusals)
            if isinstance(error, OperationalError):
                if not self._is_failing:
                    log.error("errors wait to be stored", reason=str(error.orig))
                self._is_failing = True
                return False
            return self._stored_one_by_one(batch, error)
        self._wrote(len(batch))
        for topic in (TOPIC, *changed):
            change_events.publish(topic)
        return True

    def _stored_one_by_one(self, batch: list[Reported], error: Exception) -> bool:
        if len(batch) == 1:
            log.error("an error could not be stored", exc_info=error)
            self._queue.refuse("not_storable")
            self._wrote(1)
            return True
        while batch:
            if not self._stored_batch(batch[:1]):
                return False
            del batch[0]
        return True

    def _wrote(self, count: int) -> None:
        self._is_failing = False
        self._stored += count
        self._queue.wrote(count)

    def _check_disk(self) -> None:
        if self._clock() - self._disk_checked_at < _CHECK_DISK_SECONDS:
            return
        self._disk_checked_at = self._clock()
        with contextlib.suppress(
            OSError
        ):  # the folder is gone, which the checks of the databases report
            free = shutil.disk_usage(get_settings().home).free
            self._queue.is_disk_low = free < LOW_DISK_BYTES


INTAKE = Intake()
"""That of this process."""
report = INTAKE.report
report_end = INTAKE.report_end
report_network_error = INTAKE.report_network_error
flush = INTAKE.flush
close = INTAKE.close
statistics = INTAKE.statistics
