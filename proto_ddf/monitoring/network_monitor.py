"""Counts the network errors of all calls to external systems, also those that a retry made good.

The policies notify it of each failed attempt (`start`). The window is in memory, and begins with what the roll-ups have of
the time before the server was started. What was counted is reported to the intake at most once a second, as one entry
for each target and code, so that a flood of failed calls leaves room for the errors of people.
"""

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import NetworkErrorRollup
from proto_ddf.errors import classify
from proto_ddf.logs import get_logger
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.network_counts import (
    HOUR_MINUTES,
    NetworkErrorStats,
    PastError,
    RecentCount,
    TargetErrors,
)
from proto_ddf.monitoring.network_errors import is_network_error
from proto_ddf.monitoring.reported import NetworkError
from proto_ddf.resilience import add_attempt_listener
from proto_ddf.settings import get_settings

KEPT_ERRORS = 20
MOST_TARGETS = 1000
"""With more, the one that has not failed for the longest time is forgotten."""
MOST_UNREPORTED = 10_000
"""Entries that wait for the intake, should it take none."""
REPORT_SECONDS = 1.0

log = get_logger(__name__)


class _Target:
    def __init__(self) -> None:
        self.last: deque[PastError] = deque(maxlen=KEPT_ERRORS)
        self.recent = RecentCount()


class NetworkErrorMonitor:
    """Thread-safe. The alert itself is the rule `network_errors` of `monitoring.alerts`.

    Args:
        window: seconds; by default NETWORK_ERROR_WINDOW_SECONDS.
        threshold: network errors of one target within the window that raise an alert; by default
            NETWORK_ERROR_ALERT_THRESHOLD.
        report: takes what was counted, and returns whether it did.
        clock: Unix time in seconds.
    """

    def __init__(
        self,
        window: int | None = None,
        threshold: int | None = None,
        report: Callable[[NetworkError], bool] = intake.report_network_error,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._own_window, self._own_threshold = window, threshold
        self._report = report
        self._clock = clock
        self._lock = Lock()
        self._targets: OrderedDict[str, _Target] = OrderedDict()
        self._minutes: dict[int, Counter[str]] = {}
        self._total = 0
        self._unreported: Counter[tuple[int, str, str]] = Counter()
        self._reported_at = float("-inf")
        self._stop_listening: Callable[[], None] | None = None

    @property
    def window(self) -> int:
        """Seconds."""
        return self._own_window or get_settings().network_error_window_seconds

    @property
    def threshold(self) -> int:
        return self._own_threshold or get_settings().network_error_alert_threshold

    def start(self) -> None:
        """Count from now on what the policies report, in addition to what the roll-ups have of the last hour."""
        if self._stop_listening is None:
            self._load()
            self._stop_listening = add_attempt_listener(self.record_error)

    def stop(self) -> None:
        """Count no longer, and report the rest."""
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        self.report_rest()

    def record_error(self, system: str, target: str, error: Exception) -> None:
        """Record the error of one attempt. It counts if it is a network error."""
        found = classify(error)
        counts = is_network_error(error, found)
        now, key, window = self._clock(), target_key(system, target), self.window
        with self._lock:
            known = self._target(key)
            known.last.append(PastError(now, found.code, found.title))
            if not counts:
                return
            self._total += 1
            minute = int(now // 60)
            known.recent.add(now, 1, window)
            self._count_minute(minute, found.code, 1)
            self._unreported[minute, key, found.code] += 1
            is_due = abs(now - self._reported_at) >= REPORT_SECONDS
            if is_due:
                self._reported_at = now
        if is_due:
            self.report_rest()

    def report_rest(self) -> None:
        """Report what was counted and not reported yet."""
        with self._lock:
            unreported, self._unreported = self._unreported, Counter()
        for (minute, target, code), count in unreported.items():
            at = datetime.fromtimestamp(minute * 60, UTC)
            if not self._report(NetworkError(target, code, count, at)):
                with self._lock:
                    if len(self._unreported) < MOST_UNREPORTED:
                        self._unreported[minute, target, code] += count

    def get_recent_error_count(self, system: str = "", target: str = "") -> int:
        """Network errors within the window: of one target, or without `system` of all."""
        if system:
            return self.errors_of(system, target).recent
        return sum(self.recent_counts().values())

    def check_alert_threshold(self) -> bool:
        """Whether there is a target with so many recent network errors that they raise an alert."""
        return any(count >= self.threshold for count in self.recent_counts().values())

    def recent_counts(self) -> dict[str, int]:
        """The network errors within the window, by target ("source:shop"), of those that have any."""
        now, window = self._clock(), self.window
        with self._lock:
            counts = {
                name: known.recent.total(now, window) for name, known in self._targets.items()
            }
        return {name: count for name, count in counts.items() if count}

    def errors_of(self, system: str, target: str) -> TargetErrors:
        """What is known of one target of a policy."""
        now, window = self._clock(), self.window
        with self._lock:
            known = self._targets.get(target_key(system, target))
            if known is None:
                return TargetErrors()
            recent = known.recent.total(now, window)
            return TargetErrors(tuple(known.last), recent, recent >= self.threshold)

    def get_error_stats(self) -> NetworkErrorStats:
        counts = self.recent_counts()
        this_minute = int(self._clock() // 60)
        with self._lock:
            minutes = [
                self._minutes.get(minute, Counter())
                for minute in range(this_minute - HOUR_MINUTES + 1, this_minute + 1)
            ]
            total = self._total
        codes: Counter[str] = Counter()
        for minute in minutes:
            codes.update(minute)
        return NetworkErrorStats(
            total_recorded=total,
            recent_window=sum(counts.values()),
            by_minute=tuple(minute.total() for minute in minutes),
            is_alerting=any(count >= self.threshold for count in counts.values()),
            most_common=tuple(codes.most_common()),
        )

    def _target(self, key: str) -> _Target:
        known = self._targets.get(key)
        if known is None:
            known = self._targets[key] = _Target()
            if len(self._targets) > MOST_TARGETS:
                self._targets.popitem(last=False)
        self._targets.move_to_end(key)
        return known

    def _count_minute(self, minute: int, code: str, count: int) -> None:
        counts = self._minutes.get(minute)
        if counts is None:
            for old in [each for each in self._minutes if each <= minute - HOUR_MINUTES]:
                del self._minutes[old]
            counts = self._minutes[minute] = Counter()
        counts[code] += count

    def _load(self) -> None:
        now, window = self._clock(), self.window
        since = datetime.fromtimestamp(now, UTC) - timedelta(
            seconds=max(window, HOUR_MINUTES * 60) + 60
        )
        bucket = col(NetworkErrorRollup.bucket)
        query = (
            select(NetworkErrorRollup)
            .where(NetworkErrorRollup.grain == "minute", bucket > since)
            .order_by(bucket)
        )
        try:
            with session() as opened:
                rows = opened.exec(query).all()
        except Exception:
            log.exception("network errors of the last hour not loaded")
            return
        with self._lock:
            for row in rows:
                # The end of the minute: a restart must not end an alert early.
                at = min(row.bucket.timestamp() + 59, now)
                self._target(row.target).recent.add(at, row.count, window)
                self._count_minute(int(row.bucket.timestamp() // 60), row.code, row.count)


def target_key(system: str, target: str) -> str:
    """How alerts and roll-ups name the target of a policy: "source:shop"."""
    return f"{system}:{target}" if target else system


def system_of(key: str) -> str:
    """The system of a target that `target_key` named."""
    return key.partition(":")[0]


NETWORK_MONITOR = NetworkErrorMonitor()
"""That of this process."""
