"""Patterns: bursts of errors, errors at the same time of day, and errors after a change."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import repeat
from statistics import median
from typing import Any

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
LONGEST_SAME_TIME = timedelta(days=7)
"""Errors at the same time of day are looked for in so much of the range, from its end."""
AFTER_CHANGE = timedelta(minutes=30)
CHANGES = ("connect_source", "generate_app", "refresh_source", "regenerate_app", "type_column")
"""Kinds of operation that change an app or a source."""
MOST = 20
"""Of each pattern that are returned."""


def bursts(opened: Session, time_range: TimeRange) -> list[Burst]:
    buckets = {_stored_hour(at): at for at in time_range.buckets()}
    at, code = col(ClassRollup.bucket), col(ClassRollup.code)
    first = next(iter(buckets.values()))
    # The bucket as text: to read a time for each row takes longer than the query.
    hour, number = func.substr(at, 1, 13), func.sum(col(ClassRollup.count))
    within = (col(ClassRollup.grain) == time_range.grain, at >= first, at < time_range.end)
    by_code: dict[str, dict[datetime, int]] = defaultdict(dict)
    for its_code, its_hour, count in opened.execute(
        select(code, hour, number).where(*within).group_by(at, code)
    ):
        by_code[its_code][buckets[its_hour]] = count
    step = HOUR if time_range.grain == "hour" else DAY
    found = [
        burst
        for its_code, counts in by_code.items()
        for burst in _bursts(its_code, counts, len(buckets), step)
    ]
    return sorted(found, key=lambda each: (-each.count, each.begin, each.code))[:MOST]


def _stored_hour(at: datetime) -> str:
    """The first 13 characters of a stored time."""
    return f"{at:%Y-%m-%d %H}"


def _bursts(
    code: str, counts: dict[datetime, int], buckets: int, step: timedelta
) -> Iterable[Burst]:
    """`counts` by buckets in their order, without those in which there were none; `buckets`: how many there are."""
    usual = float(median([*counts.values(), *repeat(0, buckets - len(counts))]))
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


def same_time(opened: Session, time_range: TimeRange) -> list[DailyTime]:
    begin = max(time_range.begin, bucket(time_range.end - LONGEST_SAME_TIME, "hour"))
    days = ((time_range.end - timedelta.resolution).date() - begin.date()).days + 1
    by_code: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for code, hour, its_days, count in _hours_of_day(opened, begin, time_range.end):
        by_code[code].append((hour, its_days, count))
    found = []
    for code, hours in by_code.items():
        total = sum(count for _, _, count in hours)
        for hour, its_days, count in hours:
            if its_days >= LEAST_DAYS and 2 * its_days >= days and 2 * count > total:
                share = count / total
                found.append(
                    DailyTime(
                        code=code, hour=hour, days=its_days, of_days=days, count=count, share=share
                    )
                )
    return sorted(found, key=lambda each: (-each.count, each.code))[:MOST]


def _hours_of_day(
    opened: Session, begin: datetime, end: datetime
) -> Iterable[tuple[str, int, int, int]]:
    """Code, hour of the day, on how many days it had errors, and how many."""
    at, code = col(ClassRollup.bucket), col(ClassRollup.code)
    hours = (
        select(
            code.label("code"),
            func.substr(at, 12, 2).label("hour"),
            func.sum(col(ClassRollup.count)).label("number"),
        )
        .where(col(ClassRollup.grain) == "hour", at >= begin, at < end)
        .group_by(at, code)
        .subquery()
    )
    keys = (hours.c["code"], hours.c["hour"])
    query = select(*keys, func.count(), func.sum(hours.c["number"])).group_by(*keys)
    for its_code, hour, days, count in opened.execute(query):
        yield its_code, int(hour), days, count


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
    changed, incident, error = OperationRecord, IncidentRecord, ErrorRecord
    opened_at, finished = col(IncidentEpisodeRecord.opened_at), col(changed.finished_at)
    its_incident = col(IncidentEpisodeRecord.incident_id)
    longest = f"+{AFTER_CHANGE.total_seconds() + 1} seconds"
    last = func.strftime("%Y-%m-%d %H:%M:%f", finished, longest)
    began = (
        (col(error.incident_id) == its_incident)
        & (col(error.at) == func.coalesce(opened_at, opened_at))
        & (col(error.subject) == col(changed.subject))
        & col(error.operation_id).is_distinct_from(col(changed.id))
    )
    shown = [col(each) for each in (incident.id, incident.title, changed.id, changed.title)]
    return (
        select(opened_at, *shown, col(changed.subject), finished)
        .select_from(changed)
        .join(IncidentEpisodeRecord, (opened_at >= finished) & (opened_at <= last))
        .join(error, began)
        .join(incident, col(incident.id) == its_incident)
        .where(
            col(changed.kind).in_(CHANGES),
            col(changed.state) == OperationState.SUCCEEDED,
            finished >= time_range.begin - AFTER_CHANGE,
            finished < time_range.until,
            col(changed.subject) == subject if subject else col(changed.subject) != "",
        )
        .order_by(opened_at.desc(), col(incident.id), finished.desc())
    )
