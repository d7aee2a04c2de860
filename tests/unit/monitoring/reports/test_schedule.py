"""Scheduled reports on a fake clock: none is missed and none is made twice, whatever the restarts."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.monitoring.reports import schedule
from proto_ddf.monitoring.reports.schedule import due_reports, end_schedules, mark_started

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 10, 20, 12, tzinfo=UTC)
"""Five days before the clocks go back in Berlin."""
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("database")


@given(
    looks=st.lists(st.tuples(st.floats(0, 24 * 12), st.booleans()), max_size=40),
    zone=st.sampled_from([BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York"), UTC]),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_day_has_one_report_whenever_the_server_runs(
    looks: list[tuple[float, bool]], zone: ZoneInfo
) -> None:
    """At each look the server runs; at some it is killed before it has remembered what it started."""
    end_schedules()
    assert due_reports("daily", BEGIN, zone) == []
    started: list[str] = []
    for hours, killed in [*sorted(looks), (24.0 * 12, False)]:
        now = BEGIN + hours * HOUR
        for report in due_reports("daily", now, zone):
            assert report.at <= now
            assert report.at.astimezone(zone).strftime("%H:%M") == "06:00"
            if report.id not in started:
                started.append(report.id)
            if killed:
                break
            mark_started("daily", report)
    days = [BEGIN.date() + timedelta(days=number) for number in range(14)]
    due = [day for day in days if BEGIN < at_six(day, zone) <= BEGIN + 24 * 12 * HOUR]
    assert started == [f"daily-{day}" for day in due]


def at_six(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=zone).astimezone(UTC)


def test_a_report_covers_the_time_since_the_one_before_also_when_the_clocks_change() -> None:
    due_reports("daily", BEGIN, BERLIN)
    found = due_reports("daily", BEGIN + timedelta(days=7), BERLIN)
    assert [each.hours for each in found] == [24, 24, 24, 24, 25, 24, 24]
    for before, after in pairwise(found):
        assert after.at - after.hours * HOUR == before.at


def test_a_weekly_report_is_due_each_monday() -> None:
    due_reports("weekly", BEGIN, BERLIN)
    found = due_reports("weekly", BEGIN + timedelta(days=14), BERLIN)
    assert [(each.id, each.hours) for each in found] == [
        ("weekly-2026-10-26", 169),
        ("weekly-2026-11-02", 168),
    ]


def test_a_schedule_that_was_not_set_meanwhile_begins_anew() -> None:
    due_reports("daily", BEGIN, UTC)
    end_schedules(but="weekly")
    assert due_reports("daily", BEGIN + timedelta(days=30), UTC) == []
    end_schedules(but="daily")
    assert len(due_reports("daily", BEGIN + timedelta(days=32), UTC)) == 2


def test_after_a_long_time_only_as_many_as_are_kept_are_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schedule, "MOST_REPORTS", 3)
    due_reports("daily", BEGIN, UTC)
    found = due_reports("daily", BEGIN + timedelta(days=60), UTC)
    assert [each.at for each in found] == [
        datetime(2026, 12, day, 6, tzinfo=UTC) for day in (17, 18, 19)
    ]
