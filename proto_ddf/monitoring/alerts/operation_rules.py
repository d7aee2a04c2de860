"""The rules about operations: repairs that failed, and kinds that fail more often or take longer than before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from proto_ddf.db.tables import OperationRecord, OperationState, OutcomeRollup
from proto_ddf.monitoring.alerts.model import HOLDS_FROM, Measurement, Moment, at_least
from proto_ddf.monitoring.rollups import bucket

RECOVERY = "recover_"
"""How the kinds of operations that repair begin."""
BEFORE_TIMES = 24
"""The period before is so many times as long as the recent one."""


@dataclass
class Runs:
    """The ended runs of one kind in one period."""

    succeeded: int = 0
    failed: int = 0
    seconds: float = 0.0
    """Of those that succeeded, together."""

    @property
    def count(self) -> int:
        return self.succeeded + self.failed

    @property
    def success_percent(self) -> float:
        return 100 * self.succeeded / self.count

    @property
    def mean_seconds(self) -> float:
        return self.seconds / self.succeeded


def recovery_failed(moment: Moment) -> Iterator[Measurement]:
    """Failed repairs of an app or a source since anything last succeeded there."""
    since = moment.now - timedelta(seconds=moment.settings.alert_recovery_window_seconds)
    later = aliased(OperationRecord)
    succeeded_since = (
        select(later.id)
        .where(
            later.subject == OperationRecord.subject,
            later.state == OperationState.SUCCEEDED,
            col(later.finished_at) >= col(OperationRecord.finished_at),
        )
        .exists()
    )
    query = (
        select(OperationRecord.subject, func.count())
        .where(
            col(OperationRecord.kind).startswith(RECOVERY, autoescape=True),
            OperationRecord.state == OperationState.FAILED,
            col(OperationRecord.finished_at) > since,
            ~succeeded_since,
        )
        .group_by(OperationRecord.subject)
    )
    for subject, count in moment.opened.exec(query).all():
        yield at_least("recovery_failed", subject, count, moment.settings.alert_recovery_failures)


def failing_operations(moment: Moment) -> Iterator[Measurement]:
    """By how many percentage points the success rate of a kind fell."""
    least = moment.settings.alert_degradation_runs
    for kind, now, before in _compared(moment):
        if min(now.count, before.count) >= least:
            fallen = before.success_percent - now.success_percent
            yield at_least("failing_operations", kind, fallen, moment.settings.alert_failing_points)


def slow_operations(moment: Moment) -> Iterator[Measurement]:
    """How many times as long as before a kind takes, on average, when it succeeds."""
    least = moment.settings.alert_degradation_runs
    threshold = moment.settings.alert_slow_times
    for kind, now, before in _compared(moment):
        if min(now.succeeded, before.succeeded) >= least and before.seconds > 0:
            times = now.mean_seconds / before.mean_seconds
            holds = times >= 1 + (threshold - 1) * HOLDS_FROM
            fires = times >= threshold
            yield Measurement("slow_operations", kind, times, threshold, fires, holds)


def _compared(moment: Moment) -> Iterator[tuple[str, Runs, Runs]]:
    """Each kind with its recent runs and those of the period before, but for kinds that repair."""
    hours = moment.settings.alert_degradation_hours
    begin = bucket(moment.now, "hour") - timedelta(hours=hours)
    recent = _runs(moment.opened, begin, None)
    before = _runs(moment.opened, begin - timedelta(hours=hours * BEFORE_TIMES), begin)
    for kind in sorted(recent.keys() & before.keys()):
        if not kind.startswith(RECOVERY):
            yield kind, recent[kind], before[kind]


def _runs(opened: Session, begin: datetime, end: datetime | None) -> dict[str, Runs]:
    at = col(OutcomeRollup.bucket)
    within: list[Any] = [at >= begin] if end is None else [at >= begin, at < end]
    query = (
        select(
            OutcomeRollup.kind,
            OutcomeRollup.outcome,
            func.sum(OutcomeRollup.count),
            func.sum(OutcomeRollup.seconds),
        )
        .where(OutcomeRollup.grain == "hour", *within)
        .group_by(OutcomeRollup.kind, OutcomeRollup.outcome)
    )
    found: dict[str, Runs] = {}
    for kind, outcome, count, seconds in opened.exec(query).all():
        runs = found.setdefault(kind, Runs())
        if outcome == "succeeded":
            runs.succeeded, runs.seconds = count, seconds
        else:
            runs.failed += count
    return found
