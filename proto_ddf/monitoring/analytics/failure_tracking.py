"""`FailureTracking`: how often operations fail, how long repairs take, and how long it goes well between failures."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from proto_ddf.db.engine import session
from proto_ddf.db.tables import IncidentEpisodeRecord, IncidentRecord, OutcomeRollup, utc_now
from proto_ddf.monitoring.analytics.counts import sums
from proto_ddf.monitoring.analytics.recovery_rates import recovery_rates
from proto_ddf.monitoring.analytics.results import (
    Rate,
    Rates,
    RecoveryRates,
    RepairTime,
    RepairTimes,
)
from proto_ddf.monitoring.analytics.time_range import TimeRange, read_range

MOST_SUBJECTS = 100
_SECONDS_A_DAY = 86_400


class FailureTracking:
    """Computes from what is stored. Ranges end at `clock()` and are rounded outwards to whole hours, UTC."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock

    def rates(self, time_range: str, subject: str = "") -> Rates:
        """The share of runs of operations that succeeded and that failed, of all, by kind and by subject (the 100 with
        the most failures); with `subject` only of that app or source.

        Success rate = succeeded / n and failure rate = failed / n with n = succeeded + failed: the estimate of a
        probability from independent trials (NIST/SEMATECH e-Handbook of Statistical Methods, section 7.2.4). A run that
        was cancelled is no trial. A run that Try Again started is one of its own.

        Raises:
            ValidationError: field "time_range".
        """
        found = read_range(time_range, self._clock())
        keys = ("kind", "subject", "outcome")
        of_subject = [col(OutcomeRollup.subject) == subject] if subject else []
        with session() as opened:
            rows = sums(
                opened, OutcomeRollup, keys, found, *of_subject, values=("count", "seconds")
            )
        return Rates(
            begin=found.begin,
            end=found.end,
            all=_rate("", rows),
            by_kind=_rates(rows, 0),
            by_subject=[each for each in _rates(rows, 1) if each.name][:MOST_SUBJECTS],
        )

    def repair_times(self, time_range: str) -> RepairTimes:
        """MTTR and MTBF of all incidents, and by their type, code and component.

        A failure is an episode of an incident: from its first error until it is resolved. Episodes of incidents that
        were removed are not counted.

        - MTTR, the mean time to repair: the mean of (resolved - opened) of the episodes resolved in the range, whenever
          they were opened (IEC 60050-192: mean time to restoration).
        - MTBF, the mean time between failures: the length of the range / the number of episodes opened in it, repairs
          included (NIST/SEMATECH e-Handbook, section 8.4.5.1: total time / total failures, the best estimate where
          the rate of failures is constant).

        Both are None without such an episode.

        Raises:
            ValidationError: field "time_range".
        """
        found = read_range(time_range, self._clock())
        with session() as opened:
            rows = _episodes(opened, found)
        return RepairTimes(
            begin=found.begin,
            end=found.end,
            all=_repair_time("", rows, found),
            by_type=_repair_times(rows, 0, found),
            by_code=_repair_times(rows, 1, found),
            by_component=_repair_times(rows, 2, found),
        )

    def recovery_success(self, time_range: str) -> RecoveryRates:
        """How often attempts to repair helped, by strategy, and by type, code and component of what they were for.

        Success rate = verified / attempts that ended in the range, verified or failed. An attempt that a person
        superseded shows nothing of the strategy and is not counted. Attempts for incidents that were removed count by
        strategy only.

        Raises:
            ValidationError: field "time_range".
        """
        with session() as opened:
            return recovery_rates(opened, read_range(time_range, self._clock()))


Rows = list[tuple[Any, ...]]
"""Keys, and what belongs to them."""


def _by_key(rows: Rows, position: int) -> dict[str, Rows]:
    groups: dict[str, Rows] = defaultdict(list)
    for row in rows:
        groups[row[position]].append(row)
    return groups


def _rates(rows: Rows, position: int) -> list[Rate]:
    rates = [_rate(name, its) for name, its in _by_key(rows, position).items()]
    return sorted(rates, key=lambda each: (-each.failed, -each.n, each.name))


def _rate(name: str, rows: Iterable[tuple[Any, ...]]) -> Rate:
    counts = {"succeeded": 0, "failed": 0}
    seconds = 0.0
    for _kind, _subject, outcome, count, lasted in rows:
        counts[outcome] += count
        seconds += lasted
    n = sum(counts.values())
    return Rate(
        name=name,
        n=n,
        **counts,
        success_rate=counts["succeeded"] / n if n else None,
        failure_rate=counts["failed"] / n if n else None,
        mean_seconds=seconds / n if n else None,
    )


def _episodes(opened: Session, time_range: TimeRange) -> Rows:
    """Type, code, component; how many were opened and how many resolved in the range, and the seconds these lasted."""
    begin, end = time_range.begin, time_range.until
    opened_at, resolved_at = (
        col(IncidentEpisodeRecord.opened_at),
        col(IncidentEpisodeRecord.resolved_at),
    )
    is_opened = (opened_at >= begin) & (opened_at < end)
    is_resolved = (resolved_at >= begin) & (resolved_at < end)
    seconds = (func.julianday(resolved_at) - func.julianday(opened_at)) * _SECONDS_A_DAY
    keys = [col(getattr(IncidentRecord, name)) for name in ("type", "code", "component")]
    query = (
        select(
            *keys,
            func.sum(case((is_opened, 1), else_=0)),
            func.sum(case((is_resolved, 1), else_=0)),
            func.sum(case((is_resolved, seconds), else_=0.0)),
        )
        .join(IncidentRecord, col(IncidentRecord.id) == col(IncidentEpisodeRecord.incident_id))
        .where(is_opened | is_resolved)
        .group_by(*keys)
    )
    return [tuple(row) for row in opened.execute(query).all()]


def _repair_times(rows: Rows, position: int, time_range: TimeRange) -> list[RepairTime]:
    times = [_repair_time(name, its, time_range) for name, its in _by_key(rows, position).items()]
    return sorted(times, key=lambda each: (-each.failures, -each.repaired, each.name))


def _repair_time(name: str, rows: Rows, time_range: TimeRange) -> RepairTime:
    failures, repaired = (sum(row[number] for row in rows) for number in (3, 4))
    return RepairTime(
        name=name,
        failures=failures,
        repaired=repaired,
        mttr_seconds=sum(row[5] for row in rows) / repaired if repaired else None,
        mtbf_seconds=time_range.seconds / failures if failures else None,
    )
