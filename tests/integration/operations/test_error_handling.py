"""What reached a person also reaches those who can end it, once, and what nobody need hear of does not.

The kind: what can be repaired, what only a person can end, what a person mistyped, what is muted, resolved or
acknowledged; floods; and a restart between the report and what follows."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import EscalationRecord, IncidentRecord, RecoveryAttemptRecord
from proto_ddf.errors import IntegrationError, ValidationError, describe
from proto_ddf.monitoring import incidents, intake
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.operations import service
from proto_ddf.operations.error_handling.acting import IncidentActions
from proto_ddf.operations.error_handling.configuration import ErrorHandlingConfig
from proto_ddf.operations.error_handling.incident_loop import act_on_new
from proto_ddf.operations.error_handling.system import ErrorHandlingSystem
from tests.channels import deliveries, webhook

SECONDS = 30.0


def refused(_context: object) -> None:
    raise IntegrationError(
        "Password refused", system="Notes", operation="sign in", code="authentication_failed"
    )


def gone(_context: object) -> None:
    raise IntegrationError("Gone", system="Notes", operation="read", code="connection_failed")


def mistyped(_context: object) -> None:
    raise ValidationError("Taken", field="name", value="shop", code="project_name_taken")


@pytest.fixture
def told(workshop: Any) -> Callable[[], list[tuple[str, str]]]:
    """(reason, title) of what was queued for the one channel."""
    webhook("http://127.0.0.1:9/hook")
    return lambda: [(each.reason, each.title) for each in deliveries()]


def act(config: ErrorHandlingConfig | None = None) -> None:
    """Act on everything that was reported so far."""
    assert intake.flush(SECONDS)
    while act_on_new(IncidentActions(config or ErrorHandlingConfig()).act):
        pass


def fail(workshop: Any, step: Callable[[Any], object], name: str = "test") -> str:
    operation_id: str = workshop.start(step, kind=name)
    workshop.wait(operation_id, "failed")
    return operation_id


def test_what_only_a_person_can_end_goes_to_a_person_once(workshop: Any, told: Any) -> None:
    operation_id = fail(workshop, refused)
    act()
    act()
    assert [reason for reason, _ in told()] == ["escalated"]
    assert "A person is needed" in told()[0][1]
    service.retry(operation_id)
    workshop.wait(operation_id, "failed")
    act()
    assert len(told()) == 1
    with session() as opened:
        assert len(opened.exec(select(EscalationRecord)).all()) == 1


def test_acknowledging_ends_it(workshop: Any, told: Any) -> None:
    operation_id = fail(workshop, gone)
    act()
    assert [reason for reason, _ in told()] == ["new"]
    with session() as opened:
        (incident,) = opened.exec(select(IncidentRecord)).all()
    incidents.acknowledge(incident.id)
    for _ in range(6):
        service.retry(operation_id)
        workshop.wait(operation_id, "failed")
        act()
    assert len(told()) == 1


def test_tries_that_fail_reach_a_person_at_the_fifth(workshop: Any, told: Any) -> None:
    operation_id = fail(workshop, gone)
    act()
    for number in range(1, 6):
        service.retry(operation_id)
        workshop.wait(operation_id, "failed")
        act()
        assert [reason for reason, _ in told()].count("escalated") == (number >= 5)


def test_what_a_person_mistyped_is_told_to_nobody_else(workshop: Any, told: Any) -> None:
    fail(workshop, mistyped)
    act()
    assert told() == []


def test_a_test_that_fails_has_given_its_answer(workshop: Any, told: Any) -> None:
    fail(workshop, refused, "test_channel")
    act()
    assert told() == []


def test_a_muted_incident_is_told_to_nobody(workshop: Any, told: Any) -> None:
    fail(workshop, refused)
    assert intake.flush(SECONDS)
    with session() as opened:
        (incident,) = opened.exec(select(IncidentRecord)).all()
    incidents.mute(incident.id, None)
    act()
    assert told() == []


def test_ten_thousand_equal_errors_are_told_once(workshop: Any, told: Any) -> None:
    described = describe(ConnectionRefusedError("gone"))
    for _ in range(10_000):
        intake.report(described, "Read")
    act()
    act()
    with session() as opened:
        (incident,) = opened.exec(select(IncidentRecord)).all()
    assert (incident.count, incident.handled_count) == (10_000, 10_000)
    assert len(told()) == 1


def test_what_was_not_acted_on_before_a_restart_is_acted_on_after_it(
    workshop: Any, told: Any
) -> None:
    def crashes(_incident_id: str) -> None:
        raise KeyboardInterrupt

    fail(workshop, refused)
    assert intake.flush(SECONDS)
    with pytest.raises(KeyboardInterrupt):
        act_on_new(crashes)
    assert told() == []
    act()
    assert len(told()) == 1


def test_an_incident_that_cannot_be_acted_on_does_not_keep_the_others_from_it(
    workshop: Any,
) -> None:
    acted: list[str] = []

    def some(incident_id: str) -> None:
        if not acted:
            acted.append("")
            raise ValueError("odd")
        acted.append(incident_id)

    intake.report(describe(OSError("one")), "Read")
    intake.report(describe(OSError("two")), "Read")
    assert intake.flush(SECONDS)
    assert act_on_new(some) == 2
    assert len(acted) == 2
    assert act_on_new(some) == 0


def test_parts_that_are_switched_off_do_nothing(workshop: Any, told: Any) -> None:
    fail(workshop, refused)
    act(ErrorHandlingConfig(retry=False, escalation=False, codegen=False, notifications=False))
    assert told() == []
    with session() as opened:
        assert opened.exec(select(EscalationRecord)).all() == []
        assert opened.exec(select(RecoveryAttemptRecord)).all() == []


def test_an_error_is_handled_without_waiting_and_says_what_follows(
    workshop: Any, told: Any
) -> None:
    system = ErrorHandlingSystem()
    outcome = system.handle_error(ConnectionRefusedError("no"), {"operation": "Read notes"})
    assert (outcome.classification.code, outcome.planned_action) == ("connection_failed", "notify")
    assert intake.flush(SECONDS)
    with session() as opened:
        (incident,) = opened.exec(select(IncidentRecord)).all()
    assert incident.id == outcome.incident_id
    statistics = system.get_statistics()
    assert (statistics["errors"], statistics["incidents"]) == (1, {"new": 1})
    built = system.handle_error(
        errors.SystemError("build failed", component="frontend", code="build_failed"),
        {
            "log": ["error: Could not resolve", "ENOSPC: no space left on device, write"],
            "exit_code": 1,
        },
    )
    assert built.classification.code == "disk_space_low"
    assert intake.flush(SECONDS)
    assert recent_errors(1)[0]["code"] == "disk_space_low"
