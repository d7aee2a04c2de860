"""The states of incidents, and what changes them."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf import change_events, errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import AppRecord, ErrorRecord, OperationRecord, SourceRecord, utc_now
from proto_ddf.db.writing import write
from proto_ddf.errors import describe
from proto_ddf.monitoring import incidents, intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.monitoring.incident_views import (
    Incident,
    incident_names,
    read_incident,
    recent_incidents,
)
from proto_ddf.monitoring.retention import prune
from proto_ddf.settings import PROJECT_ROOT
from tests.reporting import report, succeed

MUCH = 2**40

pytestmark = pytest.mark.usefixtures("database")

RECORD_TEN = (
    "from proto_ddf.errors import describe\n"
    "from proto_ddf.monitoring import intake\n"
    "for number in range(10): intake.report(describe(OSError('gone')), 'Read')\n"
    "assert intake.flush(60)"
)


def fail(operation_id: str | None = None, text: str = "gone") -> None:
    report(OSError(text), "Read", operation_id)


def only() -> Incident:
    """The one incident, whatever its state."""
    (found,) = [each for state in ("", "resolved", "muted") for each in recent_incidents(10, state)]
    return found


def states() -> list[str]:
    return [each.state for each in recent_incidents(10)]


def past(hours: float) -> None:
    """Everything happened so many hours earlier than it did."""
    earlier = timedelta(hours=hours)

    def change(opened: Session) -> None:
        for record in opened.exec(select(ErrorRecord)):
            record.at -= earlier
        for incident in opened.exec(select(incidents.IncidentRecord)):
            for name in ("first_seen", "last_seen", "muted_until", "resolved_at", "regressed_at"):
                if value := getattr(incident, name):
                    setattr(incident, name, value - earlier)

    write(change)


def test_equal_errors_are_one_incident_with_its_newest_message() -> None:
    fail("one", "[Errno 5] job 1")
    fail("two", "[Errno 5] job 2")
    fail("three", "[Errno 6] job 2")
    first, second = sorted(recent_incidents(10), key=lambda each: each.count)
    assert (first.count, second.count) == (1, 2)
    assert second.first_seen < second.last_seen
    last = second.last_error
    assert last is not None
    assert last["operation_id"] == "two"
    assert second.message == last["message"]


def test_an_incident_is_new_until_it_is_acknowledged_or_an_hour_old() -> None:
    fail()
    assert only().state == "new"
    incidents.acknowledge(only().id)
    assert only().state == "ongoing"
    fail(text="other words")
    assert states() == ["new", "ongoing"]
    past(1.1)
    assert states() == ["ongoing", "ongoing"]


def test_it_escalates_with_ten_errors_in_an_hour_and_three_times_the_hour_before() -> None:
    for _ in range(9):
        fail()
    assert only().state == "new"
    fail()
    assert only().state == "escalating"
    past(1.1)
    assert only().state == "ongoing"
    for _ in range(29):
        fail()
    assert only().state == "ongoing"  # ten in the hour before
    fail()
    assert only().state == "escalating"
    past(3)
    assert only().state == "ongoing"


def test_an_error_after_it_was_resolved_makes_it_regressed_until_it_is_acknowledged() -> None:
    fail()
    incidents.acknowledge(only().id)
    incidents.resolve(only().id)
    assert only().state == "resolved"
    assert [error["resolved_at"] is None for error in recent_errors()] == [False]
    fail()
    assert (only().state, only().resolved_at) == ("regressed", None)
    past(30)
    assert only().state == "regressed"
    incidents.acknowledge(only().id)
    assert only().state == "ongoing"


def test_it_is_resolved_when_the_operations_of_all_its_errors_succeeded() -> None:
    fail("one")
    fail("one")
    fail("two")
    succeed("one")
    assert only().state == "new"
    succeed("two")
    assert only().state == "resolved"
    fail("two")
    assert only().state == "regressed"
    succeed("two")
    assert only().state == "resolved"


def test_an_error_of_no_operation_keeps_it_open_until_it_is_resolved_by_hand() -> None:
    fail("one")
    fail(None)
    succeed("one")
    assert only().state == "new"
    incidents.resolve(only().id)
    assert only().state == "resolved"


@pytest.mark.parametrize("period", [timedelta(hours=1), None])
def test_a_muted_incident_counts_errors_and_keeps_its_state(period: timedelta | None) -> None:
    fail("one")
    incidents.mute(only().id, period)
    for _ in range(12):
        fail("one")
    assert (only().state, only().count) == ("muted", 13)
    assert recent_incidents(10) == []
    succeed("one")
    assert only().state == "muted"
    past(1.1)
    assert only().state == ("resolved" if period else "muted")
    incidents.unmute(only().id)
    assert only().state == "resolved"


def test_resolving_by_hand_ends_the_mute_and_an_error_while_muted_is_reported_afterwards() -> None:
    fail("one")
    incidents.mute(only().id, None)
    incidents.resolve(only().id)
    assert only().state == "resolved"
    incidents.mute(only().id, None)
    fail("one")
    incidents.unmute(only().id)
    assert only().state == "regressed"


def test_the_most_urgent_come_first() -> None:
    for text, times in (("ongoing", 1), ("new", 1), ("again", 1), ("many", 10)):
        for _ in range(times):
            fail(text=f"{text} words")
    by_text = {
        (each.last_error or {})["context"]["error_message"]: each for each in recent_incidents(10)
    }
    incidents.acknowledge(by_text["ongoing words"].id)
    incidents.resolve(by_text["again words"].id)
    fail(text="again words")
    assert states() == ["escalating", "regressed", "new", "ongoing"]


def test_notes_are_kept_newest_first_without_secrets() -> None:
    fail()
    incidents.add_note(only().id, "  The disk is full. \n")
    incidents.add_note(only().id, "password=hunter2")
    first, second = only().notes
    assert second["text"] == "The disk is full."
    assert "hunter2" not in first["text"]
    assert datetime.fromisoformat(first["at"]).tzinfo is not None


@pytest.mark.parametrize(("text", "code"), [(" \n", "note_empty"), ("x" * 2001, "note_too_long")])
def test_a_note_that_is_empty_or_too_long_is_refused_at_its_field(text: str, code: str) -> None:
    fail()
    with pytest.raises(errors.ValidationError) as refused:
        incidents.add_note(only().id, text)
    described = describe(refused.value)
    assert (described["code"], described["field"]) == (code, "note")
    assert only().notes == []
    incidents.add_note(only().id, "x" * 2000)


def test_every_change_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[str] = []

    def note(topic: str) -> None:
        if topic != intake.TOPIC:
            published.append(topic)

    monkeypatch.setattr(change_events, "publish", note)
    changes: list[Callable[[str], Any]] = [
        lambda _: fail("one"),
        incidents.acknowledge,
        lambda each: incidents.mute(each, None),
        incidents.unmute,
        lambda each: incidents.add_note(each, "note"),
        lambda _: succeed("one"),
        lambda _: fail("one"),
        incidents.resolve,
    ]
    fail("one")
    incident_id = only().id
    for number, change in enumerate(changes, start=2):
        change(incident_id)
        assert published == [incident_id] * number


def test_what_is_done_to_an_unknown_incident_does_nothing() -> None:
    for change in (incidents.acknowledge, incidents.unmute, incidents.resolve):
        change("unknown")
    assert read_incident("unknown") is None


def test_ten_threads_make_one_incident_with_the_exact_count() -> None:
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda number: fail(str(number)), range(100)))
    assert only().count == 100
    assert len(recent_errors(200)) == 100


def test_two_processes_make_one_incident_with_the_exact_count() -> None:
    command = [sys.executable, "-c", RECORD_TEN]
    processes = [subprocess.Popen(command, cwd=PROJECT_ROOT) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert only().count == 20


def test_ten_thousand_equal_errors_are_one_incident() -> None:
    described = describe(OSError("gone"))
    refused = intake.statistics().refused
    for _ in range(10_000):
        intake.report(described, "Read")
    assert intake.flush(60)
    assert (only().count, only().state) == (10_000, "escalating")
    assert intake.statistics().refused == refused
    with session() as opened:
        assert opened.exec(select(func.sum(ErrorRecord.times))).one() == 10_000
        rows = opened.exec(select(func.count(col(ErrorRecord.id)))).one()
    details = read_incident(only().id)
    assert details is not None
    assert len(details.errors) == min(rows, 50)


def test_the_apps_and_sources_of_its_operations_are_affected_and_the_app_that_crashed() -> None:
    subjects = {"one": "shop", "two": "source-1", "three": "Notes", "four": "gone"}
    with session() as opened:
        opened.add(AppRecord(slug="shop", name="Shop"))
        opened.add(AppRecord(slug="other", name="Other"))
        opened.add(SourceRecord(id="source-1", name="Notes", kind="sqlite"))
        opened.commit()
    for operation_id in (*subjects, "one"):
        report(OSError("gone"), "Read", operation_id, subject=subjects[operation_id])
    assert affected() == [("app", "shop", "Shop"), ("source", "source-1", "Notes")]
    report(OSError("gone"), "Run Other", subject="other")
    assert affected()[:2] == [("app", "other", "Other"), ("app", "shop", "Shop")]


def affected() -> list[tuple[str, str, str]]:
    details = read_incident(only().id)
    assert details is not None
    return sorted((each.kind, each.id, each.name) for each in details.incident.affected)


def test_incidents_go_with_their_last_errors() -> None:
    fail()
    past(24 * 40)
    fail(text="other words")
    assert prune(utc_now() - timedelta(days=30), 100, MUCH) == 1
    assert [each.count for each in recent_incidents(10)] == [1]
    assert len(recent_errors()) == 1


def test_an_incident_stays_while_an_error_of_it_can_be_tried_again(database: Path) -> None:
    with session() as opened:
        opened.add(OperationRecord(id="one", kind="test", title="", state="failed"))
        opened.commit()
    fail("one")
    fail()
    past(24 * 40)
    assert prune(datetime.now(UTC) - timedelta(days=30), 100, MUCH) == 1
    assert only().count == 2


def test_incidents_are_offered_by_name_with_open_ones_first() -> None:
    report(errors.SystemError("resolved words", component="test"), "Read", "one")
    succeed("one")
    for words in (f"long words {'x' * 200}", "other words"):
        report(errors.SystemError(words, component="test"), "Read", "two")
    incident_ids, names = zip(*incident_names(10), strict=True)
    open_ones = [each.id for each in recent_incidents(10)]
    assert list(incident_ids) == [
        *open_ones,
        *(each.id for each in recent_incidents(9, "resolved")),
    ]
    assert [len(name) <= 90 for name in names] == [True] * 3
    assert names[0].endswith("other words")
    assert names[1].endswith("x…")
    assert names[2].endswith("resolved words")
