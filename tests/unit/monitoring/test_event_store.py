"""Incidents, errors, roll-ups and episodes agree with what was reported, in any order and any batches."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, delete, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ClassRollup,
    DiscardedErrorsRecord,
    ErrorBodyRecord,
    ErrorRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
    IncidentRollup,
    NetworkErrorRollup,
    OutcomeRollup,
    SubjectRollup,
)
from proto_ddf.db.writing import write
from proto_ddf.errors import describe
from proto_ddf.errors.fingerprint import fingerprint, incident_id
from proto_ddf.monitoring.bodies import packed_body
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.monitoring.event_store import store
from proto_ddf.monitoring.reported import NetworkError, OperationEnded, Reported, ReportedError
from proto_ddf.monitoring.retention import discarded_errors, prune

BEGIN = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
MUCH = 2**40
TABLES: tuple[type[SQLModel], ...] = (
    ErrorBodyRecord,
    ErrorRecord,
    IncidentRecord,
    IncidentEpisodeRecord,
    DiscardedErrorsRecord,
    ClassRollup,
    IncidentRollup,
    SubjectRollup,
    OutcomeRollup,
    NetworkErrorRollup,
)


def error(
    name: str, cause: str = "gone", minutes: int = 0, times: int = 1, **columns: Any
) -> ReportedError:
    described = describe(OSError(cause))
    key = fingerprint(described)
    names = ("error_type", "code", "family", "title", "message")
    return ReportedError(
        id=name,
        fingerprint=key,
        incident_id=incident_id(key),
        columns={
            **{each: described[each] for each in names},
            **{"operation": "Read", "subject": "", "component": "", "user_id": "anonymous"},
            **columns,
        },
        described={"type": described["type"], "severity": described["severity"]},
        body=packed_body(described),
        at=BEGIN + timedelta(minutes=minutes),
        times=times,
    )


ERRORS = st.builds(
    error,
    name=st.uuids().map(str),
    cause=st.sampled_from(["gone", "other words", "third cause"]),
    minutes=st.integers(0, 3000),
    times=st.integers(1, 50),
    subject=st.sampled_from(["", "shop", "notes"]),
    operation_id=st.sampled_from([None, "one", "two"]),
)
ENDS = st.builds(
    OperationEnded,
    operation_id=st.sampled_from(["one", "two", "three"]),
    kind=st.sampled_from(["generate_app", "start_app"]),
    subject=st.sampled_from(["shop", "notes"]),
    outcome=st.sampled_from(["succeeded", "failed"]),
    seconds=st.integers(0, 100).map(float),
    at=st.integers(0, 3000).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
)
NETWORK = st.builds(
    NetworkError,
    target=st.sampled_from(["source shop", "app shop"]),
    code=st.sampled_from(["timeout", "connection_lost"]),
    at=st.integers(0, 3000).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
)


def clear() -> None:
    def change(opened: Session) -> None:
        for table in TABLES:
            opened.execute(delete(table))

    write(change)


def counted(table: type[Any], grain: str, *names: str) -> Counter[tuple[Any, ...]]:
    with session() as opened:
        rows = opened.exec(select(table).where(table.grain == grain)).all()
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        counts[row.bucket, *(getattr(row, name) for name in names)] += row.count
    return counts


def hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


@pytest.mark.usefixtures("database")
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(reports=st.lists(ERRORS | ENDS | NETWORK, max_size=20), size=st.integers(1, 20))
def test_all_counts_agree_with_what_was_reported(reports: list[Reported], size: int) -> None:
    clear()
    for begin in range(0, len(reports), size):
        store(reports[begin : begin + size])
    errors = [each for each in reports if isinstance(each, ReportedError)]
    ends = [each for each in reports if isinstance(each, OperationEnded)]
    network = [each for each in reports if isinstance(each, NetworkError)]
    by_incident: Counter[str] = Counter()
    by_hour: Counter[tuple[Any, ...]] = Counter()
    by_subject: Counter[tuple[Any, ...]] = Counter()
    for each in errors:
        by_incident[each.incident_id] += each.times
        by_hour[hour(each.at), each.incident_id] += each.times
        if each.columns["subject"]:
            by_subject[hour(each.at), each.columns["subject"]] += each.times
    with session() as opened:
        incidents = opened.exec(select(IncidentRecord)).all()
        episodes = opened.exec(select(IncidentEpisodeRecord)).all()
        stored = opened.exec(select(ErrorRecord)).all()
        seconds = sum(row.seconds for row in opened.exec(select(OutcomeRollup)).all())
    assert {each.id: each.count for each in incidents} == by_incident
    assert counted(IncidentRollup, "hour", "incident_id") == by_hour
    assert counted(SubjectRollup, "hour", "subject") == by_subject
    assert counted(ClassRollup, "day", "code").total() == by_incident.total()
    assert {each.id: each.times for each in stored} == {each.id: each.times for each in errors}
    assert counted(OutcomeRollup, "day", "kind").total() == len(ends)
    assert seconds == 2 * sum(each.seconds for each in ends)  # by hour and by day
    assert counted(NetworkErrorRollup, "minute", "target", "code") == Counter(
        (each.at, each.target, each.code) for each in network
    )
    for incident in incidents:
        own = [each for each in episodes if each.incident_id == incident.id]
        still_open = [each for each in own if each.resolved_at is None]
        assert len(still_open) == (incident.resolved_at is None)
        own_errors = [each for each in errors if each.incident_id == incident.id]
        assert incident.last_seen == max(each.at for each in own_errors)


@pytest.mark.usefixtures("database")
def test_an_error_that_is_reported_again_is_stored_once() -> None:
    store([error("one"), error("one")])
    store([error("one", times=5), error("two")])
    with session() as opened:
        (incident,) = opened.exec(select(IncidentRecord)).all()
    assert incident.count == 2


@pytest.mark.usefixtures("database")
class TestRetention:
    def keep(self, count: int) -> None:
        store([error(f"{number}", minutes=number) for number in range(count)])

    def test_the_oldest_of_too_many_are_removed_and_counted(self) -> None:
        self.keep(30)
        assert prune(BEGIN - timedelta(days=1), 10, MUCH) == 20
        assert {each["id"] for each in recent_errors()} == {str(n) for n in range(20, 30)}
        assert discarded_errors() == {"removed_by_number": 20}

    def test_the_bodies_of_the_oldest_are_removed_first(self) -> None:
        self.keep(30)
        with session() as opened:
            sizes = {each.error_id: len(each.body) for each in opened.exec(select(ErrorBodyRecord))}
        newest = sum(sizes[str(number)] for number in range(25, 30))
        assert prune(BEGIN - timedelta(days=1), 100, newest) == 0
        with_context = {each["id"] for each in recent_errors() if each["context"]}
        assert with_context == {str(number) for number in range(25, 30)}
        assert discarded_errors() == {"body_removed": 25}

    def test_old_ones_are_counted_too(self, database: Path) -> None:
        self.keep(3)
        assert prune(BEGIN + timedelta(days=1), 100, MUCH) == 3
        assert discarded_errors() == {"removed_by_age": 3}
        with session() as opened:
            for table in (IncidentRecord, IncidentRollup, IncidentEpisodeRecord, ErrorBodyRecord):
                assert opened.exec(select(table)).all() == []
            assert opened.exec(select(ClassRollup)).all() != []
