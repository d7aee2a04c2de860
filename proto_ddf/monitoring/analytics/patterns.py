"""Patterns: bursts of errors, errors at the same time of day, and errors after a change."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import repeat
from math import ceil
from statistics import median
from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from proto_ddf.db.tables import (
    ClassRollup,
    ErrorRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
    OperationRecord,
    OperationState,
)
from proto_ddf.monitoring.analytics.results import AfterChange, Burst, DailyTime
from proto_ddf.monitoring.analytics.time_range import DAY, HOUR, TimeRange
from proto_ddf.monitoring.rollups import bucket

LEAST_BURST = 10
BURST_TIMES = 5
LEAST_DAYS = 3
"""On which errors came in the same hour."""
AFTER_CHANGE = timedelta(minutes=30)
CHANGES = ("connect_source", "generate_app", "refresh_source", "regenerate_app", "type_column")
"""Kinds of operation that change an app or a source."""
MOST_CHANGES = 200
"""The last ones in the range that are looked at."""
_STEPS = {"hour": HOUR, "day": DAY}
MOST = 20
"""Of each pattern that are returned."""


class Curves(NamedTuple):
    """The numbers of errors by code and bucket, without those that are 0."""

    grain: Literal["hour", "day"]
    buckets: list[datetime]
    by_code: dict[str, dict[datetime, int]]
    """Buckets in their order."""


def read_curves(opened: Session, time_range: TimeRange, grain: Literal["hour", "day"]) -> Curves:
    """A bucket of which the range has only a part counts as a whole."""
    step = _STEPS[grain]
    first = bucket(time_range.begin, grain)
    buckets = [first + n * step for n in range(ceil((time_range.end - first) / step))]
    at, code = col(ClassRollup.bucket), col(ClassRollup.code)
    within = (col(ClassRollup.grain) == grain, at >= first, at < time_range.end)
    # The bucket as text: to read a time for each row takes longer than the query.
    query = select(code, func.substr(at, 1, 13), func.sum(col(ClassRollup.count)))
    by_text = {f"{each:%Y-%m-%d %H}": each for each in buckets}
    by_code: dict[str, dict[datetime, int]] = defaultdict(dict)
    for its_code, text, number in opened.execute(query.where(*within).group_by(at, code)):
        by_code[its_code][by_text[text]] = number
    return Curves(grain, buckets, by_code)


def bursts(curves: Curves) -> list[Burst]:
    found = [burst for code in curves.by_code for burst in _bursts_of(code, curves)]
    return sorted(found, key=lambda each: (-each.count, each.begin, each.code))[:MOST]


def _bursts_of(code: str, curves: Curves) -> Iterable[Burst]:
    counts, step = curves.by_code[code], _STEPS[curves.grain]
    usual = float(median([*counts.values(), *repeat(0, len(curves.buckets) - len(counts))]))
    least = max(LEAST_BURST, BURST_TIMES * usual)
    found: list[Burst] = []
    for at, count in counts.items():
        if count < least:
            continue
        if found and found[-1].end == at:
            found[-1].end += step
            found[-1].count += count
        else:
            found.append(Burst(code=code, begin=at, end=at + step, count=count, usual=usual))
    return found


def same_time(hourly: Curves) -> list[DailyTime]:
    of_days = len({at.date() for at in hourly.buckets})
    found = []
    for code, counts in hourly.by_code.items():
        total = sum(counts.values())
        by_hour: dict[int, list[int]] = defaultdict(list)
        for at, count in counts.items():
            by_hour[at.hour].append(count)
        for hour, daily in by_hour.items():
            days, count = len(daily), sum(daily)
            if days >= LEAST_DAYS and 2 * days >= of_days and 2 * count > total:
                share = count / total
                found.append(
                    DailyTime(
                        code=code, hour=hour, days=days, of_days=of_days, count=count, share=share
                    )
                )
    return sorted(found, key=lambda each: (-each.count, each.code))[:MOST]


def after_change(opened: Session, time_range: TimeRange, subject: str = "") -> list[AfterChange]:
    """With `subject` only those that concern it."""
    found: dict[tuple[datetime, str], AfterChange] = {}
    for at, incident_id, title, change_id, change, its_subject, finished in opened.execute(
        _after_changes(time_range, subject)
    ):
        is_within = time_range.begin <= at < time_range.until and at - finished <= AFTER_CHANGE
        if is_within and (at, incident_id) not in found:  # the last change comes first
            found[at, incident_id] = AfterChange(
                incident_id=incident_id,
                title=title,
                subject=its_subject,
                operation_id=change_id,
                operation=change,
                opened_at=at,
                seconds=(at - finished).total_seconds(),
            )
    return list(found.values())[:MOST]


def _after_changes(time_range: TimeRange, subject: str) -> Select[*tuple[Any, ...]]:
    """Episodes that began at most a second longer than AFTER_CHANGE after a change, other than the operation that failed.

    The moment of the error is an expression, and the range is compared with the changes alone: otherwise SQLite would
    read all errors and episodes of the range.
    """
    incident, error, changed = IncidentRecord, ErrorRecord, _changes(time_range, subject).subquery()
    opened_at, finished = col(IncidentEpisodeRecord.opened_at), changed.c["finished_at"]
    its_incident = col(IncidentEpisodeRecord.incident_id)
    longest = f"+{AFTER_CHANGE.total_seconds() + 1} seconds"
    last = func.strftime("%Y-%m-%d %H:%M:%f", finished, longest)
    began = (
        (col(error.incident_id) == its_incident)
        & (col(error.at) == func.coalesce(opened_at, opened_at))
        & (col(error.subject) == changed.c["subject"])
        & col(error.operation_id).is_distinct_from(changed.c["id"])
    )
    shown = (changed.c[name] for name in ("id", "title", "subject", "finished_at"))
    return (
        select(opened_at, col(incident.id), col(incident.title), *shown)
        .select_from(changed)
        .join(IncidentEpisodeRecord, (opened_at >= finished) & (opened_at <= last))
        .join(error, began)
        .join(incident, col(incident.id) == its_incident)
        .order_by(opened_at.desc(), col(incident.id), finished.desc())
    )


def _changes(time_range: TimeRange, subject: str) -> Select[*tuple[Any, ...]]:
    changed = OperationRecord
    finished, its_subject = col(changed.finished_at), col(changed.subject)
    return (
        select(col(changed.id), col(changed.title), its_subject, finished)
        .where(
            col(changed.kind).in_(CHANGES),
            col(changed.state) == OperationState.SUCCEEDED,
            finished >= time_range.begin - AFTER_CHANGE,
            finished < time_range.until,
            its_subject == subject if subject else its_subject != "",
        )
        .order_by(finished.desc())
        .limit(MOST_CHANGES)
    )
