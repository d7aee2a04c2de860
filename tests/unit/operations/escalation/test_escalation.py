"""The ladder of escalation, over orders of events."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ErrorRecord,
    EscalationLevel,
    EscalationRecord,
    IncidentRecord,
    OperationRecord,
    RepositoryRecord,
)
from proto_ddf.db.tables.apps import AppRecord
from proto_ddf.errors import SystemError as OwnSystemError
from proto_ddf.errors import describe
from proto_ddf.errors.types import IntegrationError
from proto_ddf.monitoring import incidents
from proto_ddf.operations.escalation import EscalationManager
from proto_ddf.operations.escalation.ladder import LEVELS, Thresholds, decide, needs_code
from proto_ddf.operations.escalation.views import escalations_of
from proto_ddf.settings import get_settings
from tests.reporting import report

CODE = describe(OwnSystemError("It failed", component="app", code="app_code_error", reason="No"))
PASSWORD = describe(IntegrationError("No", "Shop", "open", code="authentication_failed"))
NETWORK = describe(IntegrationError("No", "Shop", "open", code="connection_failed"))
LOW = {**CODE, "severity": "low"}
CRITICAL = {**CODE, "severity": "critical"}
LIMITS = Thresholds(2, 5, 10)


@pytest.fixture
def codegen(monkeypatch: pytest.MonkeyPatch, database: Any) -> str:
    """Codegen is set up for the app of this slug."""
    monkeypatch.setenv("CODEGEN_API_KEY", "a key of nobody")
    monkeypatch.setenv("CODEGEN_ORG_ID", "1")
    get_settings.cache_clear()
    with session() as opened:
        opened.add(AppRecord(slug="shop", name="Shop"))
        opened.flush()
        opened.add(RepositoryRecord(app="shop", remote_url="https://example.org/shop", repo_id=1))
        opened.commit()
    return "shop"


def incident_of(error: dict[str, Any], operation_id: str | None = None) -> str:
    return report(error, "Generate Shop", operation_id)


def levels_after(error: dict[str, Any], *counts: int, app: str = "") -> list[str]:
    incident_id = incident_of(error)
    manager = EscalationManager()
    context = {"incident_id": incident_id, "app": app}
    raised = [
        manager.escalate_error(error, {**context, "failed_recoveries": count}) for count in counts
    ]
    return [each.level.value if each.raised else "" for each in raised]


def test_each_level_is_reached_once_at_its_threshold(codegen: str) -> None:
    reached = levels_after(CODE, *range(12), app=codegen)
    assert reached == ["", "", "codegen", "", "", "manual", "", "", "", "", "reset", ""]


def test_without_a_repository_the_first_level_is_a_person(database: Any) -> None:
    assert levels_after(CODE, *range(6), app="shop") == ["", "", "", "", "", "manual"]


def test_what_no_code_can_change_never_goes_to_codegen(codegen: str) -> None:
    assert levels_after(NETWORK, *range(6), app=codegen) == ["", "", "", "", "", "manual"]


@pytest.mark.parametrize(
    "code", ["authentication_failed", "access_denied", "configuration_invalid", "value_refused"]
)
def test_what_needs_a_person_goes_to_one_at_once(codegen: str, code: str) -> None:
    error = describe(IntegrationError("No", "Shop", "open", code=code))
    incident_id = incident_of(error)
    told = EscalationManager().escalate_error(error, {"incident_id": incident_id, "app": codegen})
    assert (told.level, told.who, told.raised) == (EscalationLevel.MANUAL, "a person", True)
    assert told.title.startswith("A person is needed: ")
    assert error["message"] in told.text
    assert error["hint"] in told.text
    again = {"incident_id": incident_id, "failed_recoveries": 50}
    assert not EscalationManager().escalate_error(error, again).raised


def test_a_critical_error_needs_half_of_the_attempts(codegen: str) -> None:
    assert levels_after(CRITICAL, *range(6), app=codegen) == [
        "", "codegen", "", "manual", "", "reset"
    ]  # fmt: skip


def test_tries_of_the_operation_count_since_the_incident_was_last_resolved(database: Any) -> None:
    with session() as opened:
        opened.add(OperationRecord(id="job", kind="generate_app", title="Generate", run=6))
        opened.commit()
    (incident_id,) = {incident_of(CODE, "job") for _ in range(6)}
    told = EscalationManager().escalate_error(CODE, {"incident_id": incident_id})
    assert (told.level, told.reason.split(".")[0]) == ("manual", "5 attempts failed")
    incidents.resolve(incident_id)
    assert [each.state for each in escalations_of(incident_id)] == ["over"]
    assert incident_of(CODE, "job") == incident_id
    told = EscalationManager().escalate_error(CODE, {"incident_id": incident_id})
    assert (told.level, told.reason) == ("none", "1 attempt failed.")
    with session() as opened:
        opened.get_one(OperationRecord, "job").run = 1
        opened.commit()
    told = EscalationManager().escalate_error(CODE, {"incident_id": incident_id})
    assert told.reason == "Nothing was tried yet."


def test_acknowledging_stops_it_until_it_comes_back_after_it_was_resolved(database: Any) -> None:
    incident_id = incident_of(CODE)
    context = {"incident_id": incident_id, "failed_recoveries": 7}
    assert EscalationManager().escalate_error(CODE, context).raised
    incidents.acknowledge(incident_id)
    more = {**context, "failed_recoveries": 20}
    told = EscalationManager().escalate_error(CODE, more)
    assert (told.level, told.raised, told.title) == ("manual", False, "")
    assert [each.state for each in escalations_of(incident_id)] == ["acknowledged"]
    incidents.resolve(incident_id)
    incident_of(CODE)
    assert EscalationManager().escalate_error(CODE, more).level == "reset"
    assert [each.state for each in escalations_of(incident_id)] == ["open", "over"]


@pytest.mark.parametrize("change", [incidents.resolve, lambda each: incidents.mute(each, None)])
def test_what_is_resolved_or_muted_is_not_escalated(database: Any, change: Any) -> None:
    incident_id = incident_of(CODE)
    change(incident_id)
    context = {"incident_id": incident_id, "failed_recoveries": 20}
    assert EscalationManager().escalate_error(CODE, context).level == "none"


def test_it_can_be_switched_off(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENABLE_ESCALATION", "false")
    get_settings.cache_clear()
    context = {"incident_id": incident_of(CODE), "failed_recoveries": 20}
    told = EscalationManager().escalate_error(CODE, context)
    assert (told.level, told.raised) == ("none", False)
    assert "ENABLE_ESCALATION" in told.reason


def test_an_incident_that_was_removed_takes_its_escalations_along(database: Any) -> None:
    incident_id = incident_of(CODE)
    EscalationManager().escalate_error(CODE, {"incident_id": incident_id, "failed_recoveries": 20})
    with session() as opened:
        opened.delete(opened.get_one(IncidentRecord, incident_id))
        opened.commit()
    with session() as opened:
        assert opened.exec(select(EscalationRecord)).all() == []
    told = EscalationManager().escalate_error(CODE, {"incident_id": incident_id, "tries": 20})
    assert (told.level, escalations_of(incident_id)) == ("none", [])


EVENTS = st.lists(
    st.sampled_from(["fails", "fails", "fails", "ack", "resolve", "mute"]), max_size=40
)


@settings(max_examples=25)
@given(events=EVENTS)
def test_the_level_only_rises_and_each_is_told_once_until_it_is_resolved(
    database_for_hypothesis: Any, events: list[str]
) -> None:
    """Against a ladder that is computed from the whole history."""
    with session() as opened:
        for table in (ErrorRecord, IncidentRecord):
            opened.execute(delete(table))
        opened.commit()
    incident_id = incident_of(CODE)
    manager = EscalationManager()
    attempts, acknowledged, open_, muted = 0, False, True, False
    told: list[str] = []
    for event in events:
        if event == "fails":
            incident_of(CODE)
            if not open_:
                attempts, acknowledged, open_, told = 0, False, True, []
            attempts += 1
        elif event == "ack":
            incidents.acknowledge(incident_id)
            acknowledged = True
        elif event == "mute":
            incidents.mute(incident_id, timedelta(hours=1))
            muted = True
        else:
            incidents.resolve(incident_id)
            open_, muted = False, False
        context = {"incident_id": incident_id, "failed_recoveries": attempts, "tries": 0}
        result = manager.escalate_error(CODE, context)
        expected = ["manual"] * (attempts >= 5) + ["reset"] * (attempts >= 10)
        due = expected[-1:] if open_ and not acknowledged and not muted else []
        assert result.raised == bool(due and due[0] not in told)
        if result.raised:
            assert result.level == due[0]
            told.append(result.level.value)
        assert len(told) == len(set(told))


@given(
    attempts=st.integers(0, 40),
    more=st.integers(0, 40),
    error=st.sampled_from([CODE, PASSWORD, NETWORK, LOW, CRITICAL]),
    usable=st.booleans(),
    nothing_left=st.booleans(),
)
def test_more_attempts_never_lower_the_level(
    attempts: int, more: int, error: dict[str, Any], usable: bool, nothing_left: bool
) -> None:
    one, other = (
        decide(error, number, LIMITS, codegen_usable=usable, nothing_left=nothing_left)
        for number in (attempts, attempts + more)
    )
    assert LEVELS.index(one.level) <= LEVELS.index(other.level)
    if nothing_left and error is not LOW:
        assert one.level != "none"
    assert one.reason
    if one.level == "codegen":
        assert usable
        assert needs_code(error)


def test_nothing_low_is_escalated() -> None:
    assert decide(LOW, 100, LIMITS, codegen_usable=True).level == "none"


@pytest.mark.parametrize(
    "wrong",
    ["ESCALATION_CODEGEN_AFTER=6", "ESCALATION_MANUAL_AFTER=11", "ESCALATION_RESET_AFTER=4"],
)
def test_thresholds_must_be_in_order(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(*wrong.split("="))
    get_settings.cache_clear()
    with pytest.raises(ValueError, match="must be in this order"):
        get_settings()
    monkeypatch.undo()
    get_settings.cache_clear()
