"""The analyses of random histories, compared with the plainest computation over the list of what happened."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.db.tables import RecoveryState
from proto_ddf.errors import ValidationError
from proto_ddf.monitoring.analytics import trends
from proto_ddf.monitoring.analytics.error_analytics import ErrorAnalytics
from proto_ddf.monitoring.analytics.failure_tracking import FailureTracking
from proto_ddf.monitoring.analytics.results import Rate, RecoveryRate, RepairTime
from proto_ddf.monitoring.analytics.trend_test import direction
from proto_ddf.monitoring.reported import OperationEnded
from tests.unit.monitoring.analytics.histories import (
    NOW,
    SUBJECTS,
    Attempted,
    Changed,
    Failed,
    History,
    histories,
    write_history,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RANGES = {
    "1h": HOUR,
    "5h": 5 * HOUR,
    "24h": DAY,
    "3d": 3 * DAY,
    "7d": 7 * DAY,
    "8d": 8 * DAY,
    "14d": 14 * DAY,
    "40d": 40 * DAY,
}
ranges = st.sampled_from(sorted(RANGES))
examples = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)

pytestmark = pytest.mark.usefixtures("database")


def floor(at: datetime, step: timedelta) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0, hour=at.hour if step == HOUR else 0)


def begin_of(written: str) -> datetime:
    return floor(NOW - RANGES[written], DAY if RANGES[written] > 30 * DAY else HOUR)


def step_of(written: str) -> timedelta:
    return HOUR if RANGES[written] <= 7 * DAY else DAY


def buckets(written: str) -> list[datetime]:
    at, found = floor(begin_of(written), step_of(written)), []
    while at < NOW:
        found.append(at)
        at += step_of(written)
    return found


def errors(history: History, written: str) -> list[Failed]:
    return history.within(Failed, begin_of(written))


def number(found: list[Failed]) -> int:
    return sum(each.times for each in found)


@given(history=histories, written=ranges)
@examples
def test_trends(history: History, written: str) -> None:
    write_history(history)
    found = ErrorAnalytics(lambda: NOW).analyze_trends(written)
    begin, mine = begin_of(written), errors(history, written)
    length = floor(NOW, HOUR) + HOUR - begin
    earlier = [each for each in history.within(Failed, begin - length) if each.at < begin]
    hours, hours_before = (NOW - begin) / HOUR, length / HOUR
    assert (found.begin, found.end, found.errors) == (begin, NOW, number(mine))
    assert found.errors_per_hour == pytest.approx(number(mine) / hours)
    assert found.change == change(number(mine) / hours, number(earlier) / hours_before)
    for name in ("type", "code", "component", "severity"):
        counts, before = Counter[str](), Counter[str]()
        for each in mine:
            counts[each.names[name]] += each.times
        for each in earlier:
            before[each.names[name]] += each.times
        shares = getattr(found, f"by_{name}")
        assert [each.count for each in shares] == sorted(counts.values(), reverse=True)
        for each in shares:
            assert each.count == counts[each.name]
            assert each.share == pytest.approx(each.count / number(mine))
            assert each.count_before == before[each.name]
            assert each.change == change(each.count / hours, before[each.name] / hours_before)
    incidents = Counter[str]()
    for each in mine:
        incidents[each.incident_id] += each.times
    assert {each.incident_id: each.count for each in found.incidents} == incidents
    step = step_of(written)
    ended = history.within(OperationEnded, begin)
    assert [point.at for point in found.points] == buckets(written)
    for point in found.points:
        assert point.errors == number([e for e in mine if floor(e.at, step) == point.at])
        outcomes = Counter(e.outcome for e in ended if floor(e.at, step) == point.at)
        assert (point.succeeded, point.failed) == (outcomes["succeeded"], outcomes["failed"])


@given(
    counts=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 300)), min_size=30, max_size=30),
    counted_first=st.integers(10, 40),
)
@settings(examples, max_examples=15)
def test_the_most_frequent_incidents_of_a_long_range(
    counts: list[tuple[int, int]], counted_first: int
) -> None:
    """`counts`: of each incident, in the range and before."""
    batch = [
        failed(NOW - days * DAY, "timeout", incident=number, times=times)
        for number, both in enumerate(counts)
        for days, times in zip((2, 20), both, strict=True)
        if times
    ]
    write_history(History([batch]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trends, "_COUNTED_FIRST", counted_first)
        found = ErrorAnalytics(lambda: NOW).analyze_trends("10d").incidents
    expected = sorted((-each.times, each.incident_id) for each in batch if each.at > NOW - 10 * DAY)
    assert [(-each.count, each.incident_id) for each in found] == expected[:10]


def change(now: float, before: float) -> Any:
    return pytest.approx(now / before - 1) if before else None


@given(history=histories, written=ranges)
@examples
def test_patterns(history: History, written: str) -> None:
    write_history(history)
    found = ErrorAnalytics(lambda: NOW).analyze_patterns(written)
    assert [each.model_dump() for each in found.bursts] == bursts(history, written)
    assert [each.model_dump() for each in found.same_time] == same_time(history, written)
    assert {
        (each.incident_id, each.operation_id, each.opened_at) for each in found.after_change
    } == {*after_change(history, written)}
    times = [each.opened_at for each in found.after_change]
    assert times == sorted(times, reverse=True)


def bursts(history: History, written: str) -> list[dict[str, Any]]:
    step, found = step_of(written), []
    whole = history.within(Failed, buckets(written)[0])
    for code in {each.code for each in whole}:
        counts = {
            at: number([e for e in whole if e.code == code and floor(e.at, step) == at])
            for at in buckets(written)
        }
        usual = float(median(counts.values()))
        high = [at for at in counts if counts[at] >= 10 and counts[at] >= 5 * usual]
        for first in (at for at in high if at - step not in high):
            end = first
            while end in high:
                end += step
            its = sum(count for at, count in counts.items() if first <= at < end)
            found.append({"code": code, "begin": first, "end": end, "count": its, "usual": usual})
    return sorted(found, key=lambda each: (-each["count"], each["begin"], each["code"]))[:20]


def same_time(history: History, written: str) -> list[dict[str, Any]]:
    begin = max(begin_of(written), floor(NOW - 7 * DAY, HOUR))
    of_days = len({(begin + n * HOUR).date() for n in range(int((NOW - begin) / HOUR) + 1)})
    recent, found = history.within(Failed, begin), []
    for code in {each.code for each in recent}:
        its = [each for each in recent if each.code == code]
        for hour in range(24):
            then = [each for each in its if each.at.hour == hour]
            days = len({each.at.date() for each in then})
            if days >= 3 and days >= of_days / 2 and number(then) > number(its) / 2:
                share = number(then) / number(its)
                found.append(
                    {
                        "code": code,
                        "hour": hour,
                        "days": days,
                        "of_days": of_days,
                        "count": number(then),
                        "share": share,
                    }
                )
    return sorted(found, key=lambda each: (-each["count"], each["code"]))[:20]


def test_each_pattern_is_found() -> None:
    daily = [failed(NOW - n * DAY - 2 * HOUR, "timeout") for n in range(14)]
    burst = [failed(NOW - 30 * HOUR + n * HOUR, "build_failed", times=12) for n in range(3)]
    changed = [Changed(NOW - 21 * HOUR - n * HOUR / 4, "shop", f"change-{n}") for n in range(3)]
    after = failed(NOW - 21 * HOUR + HOUR / 4, "disk_space_low", subject="shop")
    write_history(History([[*daily, *burst], [after]], changed))
    found = ErrorAnalytics(lambda: NOW).analyze_patterns("7d")
    [hours] = found.bursts
    assert (hours.code, hours.count, hours.usual) == ("build_failed", 36, 0)
    assert (hours.begin, hours.end) == (floor(burst[0].at, HOUR), floor(burst[2].at, HOUR) + HOUR)
    [time] = found.same_time
    assert (time.code, time.hour, time.days, time.of_days) == ("timeout", 10, 7, 8)
    [began] = found.after_change
    assert (began.subject, began.operation_id, began.seconds) == ("shop", "change-0", 900)


def failed(
    at: datetime, code: str, *, incident: int = 0, subject: str = "", times: int = 1
) -> Failed:
    return Failed(at, code, incident, "", subject, None, times)


@dataclass
class Episode:
    first: Failed
    incident: Failed
    """The first error that it ever had."""
    resolved_at: datetime | None = None


@dataclass
class Incident:
    first: Failed
    episodes: list[Episode] = field(default_factory=list)
    unresolved: set[int] = field(default_factory=set)


def episodes(history: History) -> list[Episode]:
    """An incident begins with an error while it is not open, and ends when each of its errors is resolved."""
    incidents: dict[str, Incident] = {}
    stored: list[Failed] = []
    for event in (each for batch in history.batches for each in batch):
        if isinstance(event, Failed):
            incident = incidents.setdefault(event.key, Incident(event))
            if not incident.unresolved:
                incident.episodes.append(Episode(event, incident.first))
            incident.unresolved.add(len(stored))
            stored.append(event)
        elif event.outcome == "succeeded":
            for incident in incidents.values():
                its = {
                    n for n in incident.unresolved if stored[n].operation_id == event.operation_id
                }
                incident.unresolved -= its
                if its and not incident.unresolved:
                    incident.episodes[-1].resolved_at = event.at
    return [each for incident in incidents.values() for each in incident.episodes]


def after_change(history: History, written: str) -> Iterator[tuple[str, str, datetime]]:
    for episode in episodes(history):
        first = episode.first
        if not begin_of(written) <= first.at <= NOW:
            continue
        subjects = {
            each.subject
            for each in history.within(Failed, first.at)
            if (each.key, each.at) == (first.key, first.at)
        }
        before = [
            each
            for each in history.changes
            if each.subject in subjects - {""} and timedelta() <= first.at - each.at <= HOUR / 2
        ]
        if before:
            last = max(before, key=lambda each: each.at)
            yield first.incident_id, last.operation_id, first.at


@given(history=histories, written=ranges)
@examples
def test_rates(history: History, written: str) -> None:
    write_history(history)
    ended: list[OperationEnded] = history.within(OperationEnded, begin_of(written))
    tracking = FailureTracking(lambda: NOW)
    for subject in SUBJECTS:
        mine = [each for each in ended if subject in ("", each.subject)]
        found = tracking.rates(written, subject)
        is_rate(found.all, mine)
        groups: list[tuple[list[Rate], Callable[[OperationEnded], str]]] = [
            (found.by_kind, lambda each: each.kind),
            (found.by_subject, lambda each: each.subject),
        ]
        for rates, name_of in groups:
            assert {each.name for each in rates} == {name_of(each) for each in mine} - {""}
            assert [each.failed for each in rates] == sorted(
                (e.failed for e in rates), reverse=True
            )
            for rate in rates:
                is_rate(rate, [each for each in mine if name_of(each) == rate.name])


def is_rate(rate: Rate, ended: list[OperationEnded]) -> None:
    failed = [each for each in ended if each.outcome == "failed"]
    assert (rate.n, rate.failed, rate.succeeded) == (
        len(ended),
        len(failed),
        len(ended) - len(failed),
    )
    if not ended:
        assert (rate.success_rate, rate.failure_rate, rate.mean_seconds) == (None, None, None)
    else:
        assert rate.failure_rate == pytest.approx(len(failed) / len(ended))
        assert rate.success_rate == pytest.approx(1 - len(failed) / len(ended))
        assert rate.mean_seconds == pytest.approx(sum(e.seconds for e in ended) / len(ended))


@given(history=histories, written=ranges)
@examples
def test_repair_times(history: History, written: str) -> None:
    write_history(history)
    found = FailureTracking(lambda: NOW).repair_times(written)
    begin, all_of_them = begin_of(written), episodes(history)
    is_repair_time(found.all, all_of_them, begin)
    for name in ("type", "code", "component"):
        by_name: dict[str, list[Episode]] = defaultdict(list)
        for each in all_of_them:
            by_name[each.incident.names[name]].append(each)
        times: list[RepairTime] = getattr(found, f"by_{name}")
        assert len(times) == len({each.name for each in times})
        for each in times:
            is_repair_time(each, by_name[each.name], begin)
        assert sum(each.failures for each in times) == found.all.failures
        assert sum(each.repaired for each in times) == found.all.repaired


def is_repair_time(found: RepairTime, its: list[Episode], begin: datetime) -> None:
    opened = [each for each in its if begin <= each.first.at <= NOW]
    lasted = [
        (each.resolved_at - each.first.at).total_seconds()
        for each in its
        if each.resolved_at and begin <= each.resolved_at <= NOW
    ]
    assert (found.failures, found.repaired) == (len(opened), len(lasted))
    mttr = sum(lasted) / len(lasted) if lasted else None
    mtbf = (NOW - begin).total_seconds() / len(opened) if opened else None
    assert found.mttr_seconds == (None if mttr is None else pytest.approx(mttr, abs=0.01))
    assert found.mtbf_seconds == (None if mtbf is None else pytest.approx(mtbf))


@given(history=histories, written=ranges)
@examples
def test_recovery_success(history: History, written: str) -> None:
    write_history(history)
    found = FailureTracking(lambda: NOW).recovery_success(written)
    ended = [
        each
        for each in history.attempts
        if each.state in (RecoveryState.VERIFIED, RecoveryState.FAILED)
        and begin_of(written) <= each.at <= NOW
    ]
    is_recovery_rate(found.all, ended)
    failures = history.within(Failed, datetime.min.replace(tzinfo=UTC))
    first = {each.key: each for each in reversed(failures)}
    names = {"strategy": lambda each: each.strategy} | {
        name: lambda each, name=name: first[each.key].names[name] if each.key in first else None
        for name in ("type", "code", "component")
    }
    for name, name_of in names.items():
        rates: list[RecoveryRate] = getattr(found, f"by_{name}")
        assert {each.name for each in rates} == {name_of(each) for each in ended} - {None}
        for rate in rates:
            is_recovery_rate(rate, [each for each in ended if name_of(each) == rate.name])


def is_recovery_rate(rate: RecoveryRate, ended: list[Attempted]) -> None:
    verified = [each for each in ended if each.state is RecoveryState.VERIFIED]
    assert (rate.attempts, rate.verified) == (len(ended), len(verified))
    share = len(verified) / len(ended) if ended else None
    assert rate.success_rate == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    "written", ["", "7", "d", "0h", "-1d", "91d", "2161h", "1w", "7d ago", "٣d"]
)
def test_other_ranges_are_refused_at_their_field(written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ErrorAnalytics().analyze_trends(written)
    assert refused.value.field == "time_range"


def test_a_range_that_ended_in_the_past_has_nothing_of_later(database: Path) -> None:
    at = floor(NOW, HOUR)
    write_history(History([[failed(at + n * HOUR, "timeout")] for n in range(-26, 1)]))
    found = ErrorAnalytics(lambda: at).analyze_trends("24h")
    assert (found.errors, len(found.points)) == (24, 24)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (range(11), "rising"),
        (range(11, 0, -1), "falling"),
        (range(10), "unknown"),
        ([3] * 40, "steady"),
        ([0] * 30 + [5], "steady"),
        ([0] * 20 + [1] * 20, "rising"),
        ([1, 5, 2, 4, 3, 3, 4, 2, 5, 1, 3, 2, 4], "steady"),
        ([10, 22, 21, 30, 22, 30, 40, 40, 50, 45, 60, 58, 70], "rising"),
    ],
)
def test_the_direction_of_a_curve(values: list[float], expected: str) -> None:
    assert direction(list(values)) == expected
