"""Patterns: bursts of errors, errors at the same time of day, and errors after a change."""

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
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
LONGEST_SAME_TIME = timedelta(days=14)
"""Errors at the same time of day are looked for in so much of the range, from its end."""
AFTER_CHANGE = timedelta(minutes=30)
CHANGES = ("connect_source", "generate_app", "refresh_source", "regenerate_app", "type_column")
"""Kinds of operation that change an app or a source."""
MOST = 20
"""Of each pattern that are returned."""


def bursts(opened: Session, time_range: TimeRange) -> list[Burst]:
    buckets = list(time_range.buckets())
    by_code: dict[str, dict[datetime, int]] = defaultdict(lambda: dict.fromkeys(buckets, 0))
    for code, at, count in _class_counts(opened, time_range, time_range.grain):
        by_code[code][at] += count
    step = HOUR if time_range.grain == "hour" else DAY
    found = [each for code, counts in by_code.items() for each in _bursts(code, counts, step)]
    return sorted(found, key=lambda each: (-each.count, each.begin, each.code))[:MOST]


def _bursts(code: str, counts: dict[datetime, int], step: timedelta) -> list[Burst]:
    usual = float(median(counts.values()))
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
    recent = max(time_range.begin, bucket(time_range.end - LONGEST_SAME_TIME, "hour"))
    looked_at = TimeRange(recent, time_range.end)
    last_day = (time_range.end - timedelta.resolution).date()
    days = (last_day - recent.date()).days + 1
    by_code: dict[str, dict[datetime, int]] = defaultdict(dict)
    for code, at, count in _class_counts(opened, looked_at, "hour"):
        by_code[code][at] = count
    found = []
    for code, counts in by_code.items():
        by_hour: dict[int, list[int]] = defaultdict(list)
        for at, count in counts.items():
            by_hour[at.hour].append(count)
        total = sum(counts.values())
        for hour, its in by_hour.items():
            is_often = len(its) >= LEAST_DAYS and 2 * len(its) >= days
            if is_often and 2 * sum(its) > total:
                found.append(
                    DailyTime(
                        code=code,
                        hour=hour,
                        days=len(its),
                        of_days=days,
                        count=sum(its),
                        share=sum(its) / total,
                    )
                )
    return sorted(found, key=lambda each: (-each.count, each.code))[:MOST]


def after_change(opened: Session, time_range: TimeRange, subject: str = "") -> list[AfterChange]:
    """With `subject` only those that concern it."""
    changes: dict[str, list[OperationRecord]] = defaultdict(list)
    for changed in _changes(opened, time_range, subject):
        changes[changed.subject].append(changed)
    episode, error = IncidentEpisodeRecord, ErrorRecord
    opened_at = col(episode.opened_at)
    query = (
        select(
            opened_at,
            col(error.subject),
            col(error.operation_id),
            col(IncidentRecord.id),
            col(IncidentRecord.title),
        )
        .join(
            error,
            (col(error.incident_id) == col(episode.incident_id)) & (col(error.at) == opened_at),
        )
        .join(IncidentRecord, col(IncidentRecord.id) == col(episode.incident_id))
        .where(
            opened_at >= time_range.begin,
            opened_at < time_range.until,
            col(error.subject).in_(list(changes)),
        )
        .order_by(opened_at.desc(), IncidentRecord.id)
    )
    found: list[AfterChange] = []
    for at, its_subject, its_operation, incident_id, title in opened.execute(query):
        change = _last_before(at, its_operation, changes[its_subject])
        if change is None or change.finished_at is None:
            continue
        found.append(
            AfterChange(
                incident_id=incident_id,
                title=title,
                subject=its_subject,
                operation_id=change.id,
                operation=change.title,
                opened_at=at,
                seconds=(at - change.finished_at).total_seconds(),
            )
        )
        if len(found) == MOST:
            break
    return found


def _class_counts(
    opened: Session, time_range: TimeRange, grain: str
) -> list[tuple[str, datetime, int]]:
    """Code, bucket, number; a day of which the range has only a part counts as a whole."""
    at, code = col(ClassRollup.bucket), col(ClassRollup.code)
    begin = bucket(time_range.begin, "hour" if grain == "hour" else "day")
    within = (col(ClassRollup.grain) == grain, at >= begin, at < time_range.end)
    query = select(code, at, func.sum(col(ClassRollup.count))).where(*within).group_by(code, at)
    return [(found, bucket_at, count) for found, bucket_at, count in opened.execute(query).all()]


def _changes(opened: Session, time_range: TimeRange, subject: str) -> list[OperationRecord]:
    finished = col(OperationRecord.finished_at)
    conditions = [col(OperationRecord.subject) == subject] if subject else []
    query = select(OperationRecord).where(
        col(OperationRecord.kind).in_(CHANGES),
        col(OperationRecord.state) == OperationState.SUCCEEDED,
        finished >= time_range.begin - AFTER_CHANGE,
        finished < time_range.until,
        col(OperationRecord.subject) != "",
        *conditions,
    )
    return list(opened.execute(query.order_by(finished)).scalars())


def _last_before(
    at: datetime, own: str | None, changes: list[OperationRecord]
) -> OperationRecord | None:
    """The last change within half an hour before, which is not the operation that failed itself."""
    fitting = [
        each
        for each in changes
        if each.id != own
        and each.finished_at
        and each.finished_at <= at <= each.finished_at + AFTER_CHANGE
    ]
    return fitting[-1] if fitting else None
