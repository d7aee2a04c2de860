"""Trends: how many errors there were, of which kinds, and whether they become more."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from proto_ddf.db.tables import (
    ClassRollup,
    IncidentRecord,
    IncidentRollup,
    OutcomeRollup,
    SubjectRollup,
)
from proto_ddf.monitoring.analytics.counts import curve, sums
from proto_ddf.monitoring.analytics.results import CurvePoint, IncidentCount, Share, Trends
from proto_ddf.monitoring.analytics.time_range import TimeRange
from proto_ddf.monitoring.analytics.trend_test import direction

MOST_INCIDENTS = 10
_COUNTED_FIRST = 100
_KEYS = ("type", "code", "component", "severity")
_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def trends(opened: Session, time_range: TimeRange) -> Trends:
    now = _by_key(opened, time_range)
    before = _by_key(opened, time_range.before)
    hours, hours_before = time_range.seconds / 3600, time_range.before.seconds / 3600
    points = error_points(opened, time_range)
    errors = sum(now["severity"].values())
    shares = {
        name: [
            Share(
                name=key,
                count=count,
                share=count / errors,
                count_before=before[name][key],
                change=_change(count / hours, before[name][key] / hours_before),
            )
            for key, count in _largest_first(now[name])
        ]
        for name in _KEYS
    }
    return Trends(
        begin=time_range.begin,
        end=time_range.end,
        grain=time_range.grain,
        points=points,
        errors=errors,
        errors_per_hour=errors / hours,
        change=_change(errors / hours, sum(before["severity"].values()) / hours_before),
        direction=direction([point.errors for point in _complete(points, time_range)]),
        by_type=shares["type"],
        by_code=shares["code"],
        by_component=shares["component"],
        by_severity=shares["severity"],
        incidents=_incidents(opened, time_range),
    )


def error_points(opened: Session, time_range: TimeRange, subject: str = "") -> list[CurvePoint]:
    """The errors and the ended runs of operations in each hour or day; with `subject` only those that concern it."""
    errors = (
        curve(opened, SubjectRollup, time_range, col(SubjectRollup.subject) == subject)
        if subject
        else curve(opened, ClassRollup, time_range)
    )
    of_subject = [col(OutcomeRollup.subject) == subject] if subject else []
    succeeded, failed = (
        curve(opened, OutcomeRollup, time_range, col(OutcomeRollup.outcome) == outcome, *of_subject)
        for outcome in ("succeeded", "failed")
    )
    return [
        CurvePoint(at=at, errors=count, succeeded=succeeded[at], failed=failed[at])
        for at, count in errors.items()
    ]


def _by_key(opened: Session, time_range: TimeRange) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in _KEYS}
    for *keys, count in sums(opened, ClassRollup, _KEYS, time_range):
        for name, key in zip(_KEYS, keys, strict=True):
            counts[name][key] += count
    return counts


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _change(now: float, before: float) -> float | None:
    return now / before - 1 if before else None


def _complete(points: list[CurvePoint], time_range: TimeRange) -> list[CurvePoint]:
    """Without the first and the last if the range has only a part of these."""
    step = _STEPS[time_range.grain]
    return [
        point
        for point in points
        if point.at >= time_range.begin and point.at + step <= time_range.end
    ]


def _incidents(opened: Session, time_range: TimeRange) -> list[IncidentCount]:
    rows = _most_frequent(opened, time_range)
    found = col(IncidentRecord.id).in_([incident_id for incident_id, _ in rows])
    by_id = {each.id: each for each in opened.exec(select(IncidentRecord).where(found)).all()}
    return [
        IncidentCount(
            incident_id=incident_id,
            title=by_id[incident_id].title,
            state=by_id[incident_id].state,
            count=count,
        )
        for incident_id, count in rows
        if incident_id in by_id
    ]


def _most_frequent(opened: Session, time_range: TimeRange) -> list[tuple[str, int]]:
    """Ids and numbers of the incidents with the most errors in the range.

    In a long range those with the most errors ever are counted first: once ten of them have more in the range than any
    other ever had, no other can be among the ten. To count all takes several times as long.
    """
    incident_id, ever = col(IncidentRecord.id), col(IncidentRecord.count)
    if time_range.grain == "day":
        query = select(incident_id, ever).order_by(ever.desc()).limit(_COUNTED_FIRST + 1)
        *first, (_, next_ever) = opened.exec(query).all() or [("", 0)]
        wanted = col(IncidentRollup.incident_id).in_([each for each, _ in first])
        rows = _counted(opened, time_range, wanted)
        if len(rows) == MOST_INCIDENTS and rows[-1][1] > next_ever:
            return rows
    return _counted(opened, time_range)


def _counted(
    opened: Session, time_range: TimeRange, *wanted: ColumnElement[bool]
) -> list[tuple[str, int]]:
    rows = sums(opened, IncidentRollup, ["incident_id"], time_range, *wanted, most=MOST_INCIDENTS)
    return [(incident_id, count) for incident_id, count in rows]
