"""The bounded queue of what was reported and is not stored yet.

Errors that are equal in everything but their text and wait together become one, with their number. An error is refused, and
counted, if the queue is full or errors come too fast; its large part is left out if too much of that waits, or the disk is full.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition

from proto_ddf.monitoring.reported import Reported, ReportedError
from proto_ddf.token_bucket import TokenBucket

BATCH = 256
"""Stored at once at most. A transaction costs as much as the storing of twenty errors, and errors of one batch often have
incidents and roll-ups in common."""
MERGE_FROM = 64
"""With more waiting, equal errors become one."""
GATHER_SECONDS = 0.05
"""How long a batch waits for more: once, and as long as more come up to `MOST_GATHERS` times."""
MOST_GATHERS = 5
MOST_WAITING_BYTES = 64 * 2**20
"""Of the large parts. With more waiting, they are left out."""
PER_SECOND = 2000.0
BURST = 20_000.0


@dataclass(frozen=True)
class QueueStatistics:
    waiting: int
    """With those that are being stored."""
    waiting_bytes: int
    refused: Mapping[str, int]


class WaitingReports:
    """Thread-safe.

    Args:
        most: reports at most.
        clock: seconds, monotonic.
        on_added: called after each report that is added, with the queue locked.
    """

    def __init__(
        self, most: int, clock: Callable[[], float], on_added: Callable[[], object]
    ) -> None:
        self.is_disk_low = False
        """Whether the large parts of errors are left out."""
        self._most = most
        self._on_added = on_added
        self._changed = Condition()
        self._waiting: deque[Reported] = deque()
        self._mergeable: dict[tuple[str | None, ...], ReportedError] = {}
        self._bytes = 0
        self._writing = 0
        self._refused: Counter[str] = Counter()
        self._unwritten_refusals: Counter[str] = Counter()
        self._bucket = TokenBucket(PER_SECOND, BURST, clock)
        self._is_closing = False
        self._flushing = 0

    def merge(self, error: ReportedError) -> bool:
        """Whether an equal error waits, which from now on stands for this one too."""
        with self._changed:
            equal = self._mergeable.get(error.merge_key)
            if equal is None or len(self._waiting) <= MERGE_FROM:
                return False
            equal.times += 1
            return True

    def add_error(self, error: ReportedError) -> None:
        with self._changed:
            if self.merge(error):  # with one that came while this one was packed
                return
            if len(self._waiting) >= self._most:
                self.refuse("queue_full")
            elif not self._bucket.try_take():
                self.refuse("too_fast")
            else:
                self._leave_out_body(error)
                self._bytes += len(error.body)
                self._mergeable[error.merge_key] = error
                self.add(error)

    def add(self, reported: Reported) -> None:
        """Add it, however many wait."""
        with self._changed:
            self._waiting.append(reported)
            self._on_added()
            if len(self._waiting) in (1, BATCH):
                self._changed.notify_all()

    def add_if_room(self, reported: Reported) -> bool:
        with self._changed:
            if len(self._waiting) >= self._most:
                return False
            self.add(reported)
            return True

    def refuse(self, reason: str) -> None:
        with self._changed:
            self._refused[reason] += 1
            self._unwritten_refusals[reason] += 1

    def take_refusals(self) -> Counter[str]:
        """The refusals that are not stored yet."""
        with self._changed:
            taken, self._unwritten_refusals = self._unwritten_refusals, Counter()
            return taken

    def put_back_refusals(self, refusals: Counter[str]) -> None:
        with self._changed:
            self._unwritten_refusals.update(refusals)

    def next_batch(self) -> list[Reported] | None:
        """The next part of the queue, once there is one; None once the queue closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closing)
            self._gather()
            if self._is_closing:
                return None
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            for each in batch:
                if isinstance(each, ReportedError):
                    self._bytes -= len(each.body)
                    if self._mergeable.get(each.merge_key) is each:
                        del self._mergeable[each.merge_key]
            self._writing = len(batch)
            return batch

    def wrote(self, count: int) -> None:
        """So many of the last batch are stored."""
        with self._changed:
            self._writing -= count
            self._changed.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
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

    def wait_for_close(self, seconds: float) -> bool:
        """Wait so long, or until the queue closes; whether it does."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_closing, seconds)

    def close(self) -> None:
        """Give out no more batches."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()

    def empty(self, and_then: Callable[[], object]) -> None:
        """Drop what waits, and open again. `and_then` is called with the queue locked."""
        with self._changed:
            self._waiting.clear()
            self._mergeable.clear()
            self._bytes = self._writing = 0
            self._is_closing = self.is_disk_low = False
            and_then()

    def statistics(self) -> QueueStatistics:
        with self._changed:
            waiting = len(self._waiting) + self._writing
            return QueueStatistics(waiting, self._bytes, dict(self._refused))

    def _leave_out_body(self, error: ReportedError) -> None:
        if self.is_disk_low:
            reason = "body_low_disk"
        elif self._bytes + len(error.body) > MOST_WAITING_BYTES:
            reason = "body_queue_full"
        else:
            return
        error.body = b""
        self.refuse(reason)

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
