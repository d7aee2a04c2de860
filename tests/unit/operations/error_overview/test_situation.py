"""How things stand now, read from records."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import SQLModel, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    CodegenRunRecord,
    DeliveryRecord,
    DeliveryState,
    EscalationLevel,
    EscalationRecord,
    IncidentRecord,
    OperationRecord,
    RecoveryAttemptRecord,
    RecoveryState,
    utc_now,
)
from proto_ddf.monitoring import incidents
from proto_ddf.monitoring.incident_news import unacknowledged
from proto_ddf.operations.error_overview.situation import Situation, now_text, read_situation
from proto_ddf.resilience import policy
from proto_ddf.settings import get_settings
from tests.reporting import report

pytestmark = pytest.mark.usefixtures("database")
HOUR = timedelta(hours=1)


def add(*records: SQLModel) -> None:
    with session() as opened:
        opened.add_all(records)
        opened.commit()


def age(incident_id: str, by: timedelta) -> None:
    """The incident began so much earlier than it did."""
    with session() as opened:
        incident = opened.exec(select(IncidentRecord).where(IncidentRecord.id == incident_id)).one()
        incident.first_seen -= by
        opened.add(incident)
        opened.commit()


def news(situation: Situation) -> list[str]:
    return [line.id for line in situation.news.lines]


def test_a_new_home_is_calm() -> None:
    found = read_situation("")
    assert (found.broken, found.news.total, found.escalating.total) == (0, 0, 0)
    assert (
        found.repairs == found.waiting.listed == found.undelivered == found.headroom.discarded == []
    )
    assert found.is_first_look
    assert 0 < found.headroom.disk_free <= found.headroom.disk_total
    assert 0 < found.headroom.own_memory < found.headroom.memory_total


@pytest.mark.parametrize("last_look", ["", "yesterday", "2000", "9999-01-01T00:00:00+00:00"])
def test_without_a_look_in_the_past_the_last_day_is_new(last_look: str) -> None:
    recent, old = report(OSError("a"), "Read"), report(ValueError("b"), "Read")
    age(old, 25 * HOUR)
    found = read_situation(last_look)
    assert news(found) == [recent]
    assert found.is_first_look
    assert found.broken == 2


def test_new_is_what_began_or_came_back_after_the_last_look() -> None:
    again = report(OSError("a"), "Read")
    look = now_text()
    later = report(ValueError("b"), "Read")
    assert news(read_situation(look)) == [later]
    report(OSError("a"), "Read")  # one more of what was there
    assert news(read_situation(look)) == [later]
    incidents.resolve(again)
    report(OSError("a"), "Read")
    assert news(read_situation(look)) == [again, later]
    incidents.mute(later, None)
    assert news(read_situation(look)) == [again]


def test_many_errors_escalate_and_call_for_attention_until_acknowledged() -> None:
    for _ in range(12):
        incident_id = report(OSError("a"), "Read")
    [line] = read_situation("").escalating.lines
    assert (line.id, line.count) == (incident_id, 12)
    assert unacknowledged(5).total == 1
    incidents.acknowledge(incident_id)
    assert unacknowledged(5).total == 0
    assert read_situation("").escalating.total == 1


def test_a_short_list_tells_how_many_there_are() -> None:
    for kind in (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, TimeoutError):
        report(kind("a"), "Read")
    found = unacknowledged(5)
    assert (found.total, len(found.lines)) == (7, 5)


def test_repairs_that_run_and_those_that_ended_lately_are_listed() -> None:
    now = utc_now()
    for number, (state, ended) in enumerate(
        [
            (RecoveryState.RUNNING, None),
            (RecoveryState.VERIFIED, now - HOUR),
            (RecoveryState.FAILED, now - 25 * HOUR),
        ]
    ):
        add(
            OperationRecord(id=f"repair{number}", kind="recover_restart", title="Restart: Shop"),
            RecoveryAttemptRecord(
                **{"incident_id": "one", "subject": f"shop{number}", "strategy": "restart"},
                operation_id=f"repair{number}",
                number=1,
                state=state,
                started_at=now - 26 * HOUR,
                finished_at=ended,
            ),
        )
    found = {each.operation_id: each.title for each in read_situation("").repairs}
    assert found == {"repair0": "Restart: Shop", "repair1": "Restart: Shop"}


def test_an_escalation_waits_for_a_person_until_it_is_acknowledged_or_over() -> None:
    codegen, known, over, back = (
        report(kind("a"), "Read") for kind in (OSError, ValueError, KeyError, TypeError)
    )
    for incident_id in (known, over, back):
        for level in (EscalationLevel.MANUAL, EscalationLevel.RESET):
            add(EscalationRecord(incident_id=incident_id, level=level, reason=f"Now {level}"))
    add(EscalationRecord(incident_id=codegen, level=EscalationLevel.CODEGEN, reason="Codegen"))
    assert {each.what for each in read_situation("").waiting.listed} == {"Now reset"}
    assert read_situation("").waiting.total == 3
    incidents.acknowledge(known)
    incidents.resolve(over)
    incidents.resolve(back)
    report(TypeError("a"), "Read")  # the escalation was of the time before
    assert read_situation("").waiting.total == 0


def test_pull_requests_wait_until_they_are_applied() -> None:
    incident_id = report(OSError("a"), "Read")
    add(AppRecord(slug="shop", name="Shop"))
    for key, state, applied in (
        ("one", "merged", None),
        ("two", "merged", utc_now()),
        ("three", "open", None),
        ("four", "gone", None),
    ):
        add(
            CodegenRunRecord(
                **{"key": key, "incident_id": incident_id, "app": "shop", "branch": "b"},
                prompt="",
                pull_state=state,
                applied_at=applied,
            )
        )
    told = sorted(each.what for each in read_situation("").waiting.listed)
    assert [text.rpartition(" ")[0] for text in told] == [
        "A pull request of Codegen is merged: apply",
        "A pull request of Codegen is open: review",
    ]


@pytest.fixture
def circuit() -> Iterator[str]:
    breaker = policy("source", "Shop of the overview").breaker
    assert breaker
    breaker.force_open()
    yield "Shop of the overview (source)"
    breaker.reset()


def test_open_circuits_are_named(circuit: str) -> None:
    found = [each for each in read_situation("").circuits if each.name == circuit]
    assert [each.state for each in found] == ["forced_open"]


def test_parts_that_are_switched_off_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_situation("").switched_off == []
    monkeypatch.setenv("ENABLE_ESCALATION", "false")
    monkeypatch.setenv("NETWORK_CIRCUIT_BREAKER_ENABLED", "false")
    get_settings.cache_clear()
    assert read_situation("").switched_off == ["circuit breakers", "escalation"]


def test_queues_are_counted() -> None:
    add(
        OperationRecord(id="waits", kind="test", title="Waits"),
        DeliveryRecord(
            **{"id": "d", "channel_id": "c", "channel_name": "Slack", "reason": "new"},
            **{"round": "1", "priority": "high", "title": "t", "text": "t"},
            state=DeliveryState.PENDING,
            not_before=utc_now(),
        ),
    )
    found = read_situation("")
    assert (found.headroom.operations_waiting, found.headroom.deliveries_waiting) == (1, 1)
    assert [each.id for each in found.undelivered] == ["d"]
    assert found.undelivered_count == 1
