"""Which records of attempts are removed, against a computation by hand, and what stays as it was."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import RecoveryAttemptRecord, RecoveryState
from proto_ddf.monitoring.analytics.recovery_rates import recovery_rates
from proto_ddf.monitoring.analytics.time_range import read_range
from proto_ddf.operations.recovery import attempts

NOW = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
RUNNING, SUPERSEDED = RecoveryState.RUNNING, RecoveryState.SUPERSEDED
ATTEMPTS = st.lists(
    st.tuples(
        st.sampled_from(["restart", "rebuild"]),
        st.sampled_from(RecoveryState),
        st.integers(0, 200),
    ),
    max_size=30,
    unique_by=lambda each: each[2],
)
"""Strategy, state, and how many days ago it ended."""


def write(history: list[tuple[str, RecoveryState, int]]) -> None:
    with session() as opened:
        opened.execute(delete(RecoveryAttemptRecord))
        for strategy, state, days in history:
            ended = NOW - timedelta(days=days)
            record = RecoveryAttemptRecord(
                id=str(days),
                incident_id="incident",
                subject=str(days),
                strategy=strategy,
                operation_id=str(days),
                number=1,
                state=state,
                started_at=ended,
                finished_at=None if state is RUNNING else ended,
            )
            opened.add(record)
        opened.commit()


def kept() -> set[int]:
    with session() as opened:
        return {int(each) for each in opened.exec(select(RecoveryAttemptRecord.id))}


def expected(history: list[tuple[str, RecoveryState, int]], most: int, each: int) -> set[int]:
    days = {days for _, state, days in history if state is RUNNING}
    newest = sorted(days for _, _, days in history)[:most]
    days |= {number for number in newest if number <= attempts.KEPT.days}
    seen: Counter[str] = Counter()
    for strategy, state, number in sorted(history, key=lambda one: one[2]):
        if state not in (RUNNING, SUPERSEDED):
            seen[strategy] += 1
            if seen[strategy] <= each:
                days.add(number)
    return days


@pytest.fixture(autouse=True)
def small(database_for_hypothesis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST", 12)
    monkeypatch.setattr(attempts, "FOR_CHOOSING", 3)
    monkeypatch.setattr(attempts, "CHUNK", 4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=ATTEMPTS)
def test_what_is_old_or_too_much_goes_except_what_choosing_needs(
    history: list[tuple[str, RecoveryState, int]],
) -> None:
    write(history)
    assert attempts.prune(NOW) == len(history) - len(expected(history, 12, 3))
    assert kept() == expected(history, 12, 3)
    assert attempts.prune(NOW) == 0


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=ATTEMPTS.filter(lambda history: len(history) <= 12))
def test_the_longest_range_of_the_analytics_stays_as_it_was(
    history: list[tuple[str, RecoveryState, int]],
) -> None:
    write(history)
    longest = read_range("90d", NOW)
    with session() as opened:
        before = recovery_rates(opened, longest)
    attempts.prune(NOW)
    with session() as opened:
        assert recovery_rates(opened, longest) == before
