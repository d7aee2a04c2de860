"""When reports are made by themselves: each day, or each Monday, at 06:00 local time.

What is stored is when the last report that was started was due. So none is missed because the server did not run, and
none is made twice: its id is the day on which it was due.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as time_of_day
from typing import Literal

from sqlmodel import Session, col, delete

from proto_ddf.db.tables import ReportScheduleRecord
from proto_ddf.db.writing import write
from proto_ddf.monitoring.reports.store import MOST_REPORTS

Schedule = Literal["daily", "weekly"]
AT = time_of_day(6)
_DAYS: dict[Schedule, int] = {"daily": 1, "weekly": 7}


@dataclass(frozen=True)
class DueReport:
    id: str
    """daily-2026-11-29."""
    at: datetime
    """When it is due, UTC: the end of its range."""
    hours: int
    """Since the one before was due; a day has 23 or 25 when the clocks change."""


def due_reports(schedule: Schedule, now: datetime, zone: tzinfo | None = None) -> list[DueReport]:
    """The reports that are due and were not started yet, the oldest first, at most as many as are kept.

    A schedule begins when it is first asked for: its first report is the next one. `zone` is that of the clock on the
    wall, None for the system's.
    """
    last = write(lambda opened: _last_due(opened, schedule, now))
    due = [each for each in _dues(schedule, last, now, zone) if last < each.at <= now]
    return due[-MOST_REPORTS:]


def mark_started(schedule: Schedule, report: DueReport) -> None:
    """Remember that the report was started."""

    def change(opened: Session) -> None:
        opened.merge(ReportScheduleRecord(schedule=schedule, last_due=report.at))

    write(change)


def end_schedules(but: Schedule | None = None) -> None:
    """Forget the schedules that are not set any more, so that they begin anew once they are set again."""
    others = col(ReportScheduleRecord.schedule) != (but or "")
    write(lambda opened: opened.execute(delete(ReportScheduleRecord).where(others)))


def _last_due(opened: Session, schedule: Schedule, now: datetime) -> datetime:
    record = opened.get(ReportScheduleRecord, schedule)
    if record is None:
        record = ReportScheduleRecord(schedule=schedule, last_due=now)
        opened.add(record)
    return record.last_due


def _dues(
    schedule: Schedule, after: datetime, until: datetime, zone: tzinfo | None
) -> Iterator[DueReport]:
    """Those of the days from before `after` until after `until`."""
    days = _DAYS[schedule]
    day = after.date() - timedelta(days=2)
    if schedule == "weekly":
        day -= timedelta(days=day.weekday())
    while (at := _at(day, zone)) <= until:
        hours = round((at - _at(day - timedelta(days=days), zone)) / timedelta(hours=1))
        yield DueReport(f"{schedule}-{day.isoformat()}", at, hours)
        day += timedelta(days=days)


def _at(day: date, zone: tzinfo | None) -> datetime:
    """06:00 of that day by the clock on the wall."""
    return datetime.combine(day, AT, zone).astimezone(UTC)
