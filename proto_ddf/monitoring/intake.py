"""The one intake of errors: what happened is reported here and stored soon after.

Reporting never waits for the database. What is reported is put into a queue of bounded size; one thread writes it in
batches, and keeps trying while the database cannot be written. Errors that are equal in
everything but their text and wait together are stored once, with their number. An error is refused, and counted, if the queue is full or errors come too fast. While
little of the disk is free, errors are stored without their large part.

What the queue held when the process was killed is reported again from the journal of operations at the next start.
"""

import contextlib
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

from sqlalchemy.exc import OperationalError

from proto_ddf import change_events
from proto_ddf.current_user import current_user
from proto_ddf.db.tables.columns import new_id
from proto_ddf.errors.fingerprint import fingerprint, incident_id
from proto_ddf.logs import get_logger
from proto_ddf.monitoring.bodies import packed_body
from proto_ddf.monitoring.event_store import store
from proto_ddf.monitoring.reported import NetworkError, OperationEnded, Reported, ReportedError
from proto_ddf.redaction import scrub_text
from proto_ddf.settings import get_settings

TOPIC = "errors"
"""The topic of `change_events` that is published when anything reported was stored."""
BATCH = 256
"""Stored at once at most. A transaction costs as much as the storing of twenty errors, and errors of one batch often have
incidents and roll-ups in common."""
MERGE_FROM = 64
"""With more waiting, equal errors become one."""
GATHER_SECONDS = 0.05
"""How long a batch waits for more: once, and as long as more come up to `MOST_GATHERS` times."""
MOST_GATHERS = 5
LONGEST_OPERATION = 500
MOST_WAITING = 10_000
MOST_WAITING_BYTES = 64 * 2**20
"""Of the large parts. With more waiting, they are left out."""
PER_SECOND = 2000.0
BURST = 20_000.0
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
        self._most_waiting = most_waiting
        self._changed = Condition()
        self._waiting: deque[Reported] = deque()
        self._mergeable: dict[tuple[str | None, ...], ReportedError] = {}
        self._bytes = 0
        self._writing = 0
        self._stored = 0
        self._refused: Counter[str] = Counter()
        self._unwritten_refusals: Counter[str] = Counter()
        self._tokens, self._filled_at = BURST, clock()
        self._disk_is_low, self._disk_checked_at = False, -_CHECK_DISK_SECONDS
        self._is_failing = self._is_closing = False
        self._flushing = 0
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
        context = described.get("context") or {}
        key = fingerprint(described)
        error = ReportedError(
            id=error_id or new_id(),
            fingerprint=key,
            incident_id=incident_id(key),
            columns={
                "operation": scrub_text(str(operation), LONGEST_OPERATION),
                "operation_id": operation_id,
                "user_id": str(user_id or context.get("user_id") or current_user()),
                "subject": subject,
                "component": str(context.get("component") or context.get("system") or ""),
                **{
                    name: described[name]
                    for name in ("error_type", "code", "family", "title", "message")
                },
                "hint": described.get("hint") or "",
                "field": described.get("field"),
                "retry_possible": described.get("retry_possible", False),
            },
            described={
                "type": described.get("type", "unknown"),
                "severity": described.get("severity", "medium"),
            },
            body=b"",
        )
        if not self._is_merged(error):
            error.body = packed_body(described)
            self._add_error(error)
        return error.incident_id

    def report_end(self, ended: OperationEnded) -> None:
        """Report that a run of an operation has ended."""
        self._add(ended)

    def report_network_error(self, error: NetworkError) -> bool:
        """Report failed attempts to call an external system; False if the queue is full."""
        with self._changed:
            if len(self._waiting) >= self._most_waiting:
                return False
            self._put(error)
            return True

    def flush(self, seconds: float) -> bool:
        """Wait until everything reported so far is stored; whether it was within `seconds`."""
        with self._changed:
            self._flushing += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(
                    lambda: not self._waiting and not self._writing, seconds
                )
            finally:
                self._flushing -= 1

    def close(self, seconds: float) -> None:
        """Store what waits, for at most `seconds`, and end the thread. The next report starts another one."""
        self.flush(seconds)
        with self._changed:
            self._is_closing = True
            thread = self._thread
            self._changed.notify_all()
        if thread:
            thread.join()
        with self._changed:
            self._waiting.clear()
            self._mergeable.clear()
            self._bytes = self._writing = 0
            self._is_closing = self._is_failing = self._disk_is_low = False
            self._thread = None

    def statistics(self) -> IntakeStatistics:
        with self._changed:
            return IntakeStatistics(
                waiting=len(self._waiting) + self._writing,
                waiting_bytes=self._bytes,
                stored=self._stored,
                refused=dict(self._refused),
                is_failing=self._is_failing,
            )

    def _is_merged(self, error: ReportedError) -> bool:
        """Whether an equal error waits, which from now on stands for this one too."""
        with self._changed:
            equal = self._mergeable.get(_merge_key(error))
            if equal is None or len(self._waiting) <= MERGE_FROM:
                return False
            equal.times += 1
            return True

    def _add_error(self, error: ReportedError) -> None:
        with self._changed:
            if self._is_merged(error):  # with one that came while this one was packed
                return
            if len(self._waiting) >= self._most_waiting:
                self._refuse("queue_full")
            elif not self._take_token():
                self._refuse("too_fast")
            else:
                self._leave_out_body(error)
                self._bytes += len(error.body)
                self._mergeable[_merge_key(error)] = error
                self._put(error)

    def _add(self, reported: Reported) -> None:
        with self._changed:
            self._put(reported)

    def _put(self, reported: Reported) -> None:
        self._waiting.append(reported)
        if self._thread is None:
            self._thread = Thread(target=self._work, name="error-intake", daemon=True)
            self._thread.start()
        if len(self._waiting) in (1, BATCH):
            self._changed.notify_all()

    def _refuse(self, reason: str) -> None:
        self._refused[reason] += 1
        self._unwritten_refusals[reason] += 1

    def _take_token(self) -> bool:
        now = self._clock()
        self._tokens = min(BURST, self._tokens + (now - self._filled_at) * PER_SECOND)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _leave_out_body(self, error: ReportedError) -> None:
        if self._disk_is_low:
            reason = "body_low_disk"
        elif self._bytes + len(error.body) > MOST_WAITING_BYTES:
            reason = "body_queue_full"
        else:
            return
        error.body = b""
        self._refuse(reason)

    def _work(self) -> None:
        while (batch := self._next_batch()) is not None:
            self._check_disk()
            waits = iter(WAITS)
            while not self._stored_batch(batch):
                with self._changed:
                    seconds = next(waits, WAITS[-1])
                    if self._changed.wait_for(lambda: self._is_closing, seconds):
                        return

    def _next_batch(self) -> list[Reported] | None:
        """The next part of the queue; None once the intake closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closing)
            self._gather()
            if self._is_closing:
                return None
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            for each in batch:
                if isinstance(each, ReportedError):
                    self._bytes -= len(each.body)
                    if self._mergeable.get(_merge_key(each)) is each:
                        del self._mergeable[_merge_key(each)]
            self._writing = len(batch)
            return batch

    def _gather(self) -> None:
        """Wait for the rest of a batch. The caller holds the lock."""
        for _ in range(MOST_GATHERS):
            before = len(self._waiting)
            is_over = self._changed.wait_for(
                lambda: len(self._waiting) >= BATCH or self._flushing or self._is_closing,
                GATHER_SECONDS,
            )
            if is_over or len(self._waiting) == before:
                return

    def _stored_batch(self, batch: list[Reported]) -> bool:
        """Store it; whether nothing of it is left to store. What fails for another reason than the database is dropped."""
        with self._changed:
            refusals, self._unwritten_refusals = self._unwritten_refusals, Counter()
        try:
            changed = self._write(batch, refusals)
        except Exception as error:
            with self._changed:
                self._unwritten_refusals.update(refusals)
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
            with self._changed:
                self._refuse("not_storable")
            self._wrote(1)
            return True
        while batch:
            if not self._stored_batch(batch[:1]):
                return False
            del batch[0]
        return True

    def _wrote(self, count: int) -> None:
        with self._changed:
            self._is_failing = False
            self._stored += count
            self._writing -= count
            self._changed.notify_all()

    def _check_disk(self) -> None:
        if self._clock() - self._disk_checked_at < _CHECK_DISK_SECONDS:
            return
        self._disk_checked_at = self._clock()
        with contextlib.suppress(
            OSError
        ):  # the folder is gone, which the checks of the databases report
            self._disk_is_low = shutil.disk_usage(get_settings().home).free < LOW_DISK_BYTES


def _merge_key(error: ReportedError) -> tuple[str | None, ...]:
    told_apart = ("operation", "operation_id", "user_id", "subject")
    return (error.fingerprint, *(error.columns[name] for name in told_apart))


INTAKE = Intake()
"""That of this process."""
report = INTAKE.report
report_end = INTAKE.report_end
report_network_error = INTAKE.report_network_error
flush = INTAKE.flush
close = INTAKE.close
statistics = INTAKE.statistics
