"""The state of the page of one incident."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from reflex.state import State

from proto_ddf.db import engine
from proto_ddf.db.tables import OperationRecord, StepRecord
from proto_ddf.monitoring import incidents
from proto_ddf.monitoring.incident_views import recent_incidents
from proto_ddf.web.errors.detail import state as detail_state
from proto_ddf.web.errors.detail.state import TYPED_NOTE, IncidentPageState
from tests.reporting import report
from tests.unit.web.retries import press_try_again
from tests.unit.web.states import open_for_one_look


@pytest.fixture(autouse=True)
def _one_look(migrated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_for_one_look(monkeypatch, detail_state)


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The state of the page of an incident with two errors of one operation."""
    with engine.session() as opened:
        opened.add(OperationRecord(id="one", kind="test", title="Read Notes", state="failed"))
        opened.flush()
        opened.add(StepRecord(operation_id="one", position=0, name="read", title="Read"))
        opened.commit()
    for _ in range(2):
        report(OSError("gone"), "Read Notes", "one")
    (incident,) = recent_incidents(1)
    return opened_at(f"/errors/{incident.id}", monkeypatch)


def opened_at(path: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    class Address:
        class url:
            pass

    Address.url.path = path  # type: ignore[attr-defined]
    monkeypatch.setattr(IncidentPageState, "router", Address, raising=False)
    root = State(_reflex_internal_init=True)
    page: Any = root.get_substate(IncidentPageState.get_full_name().split("."))
    page.load()
    run(page, "follow")
    return page


def run(state: Any, handler: str, *args: Any) -> Any:
    return asyncio.run(IncidentPageState.event_handlers[handler].fn(state, *args))


def test_the_page_shows_the_incident_with_its_errors_and_the_steps_of_its_operation(
    state: Any,
) -> None:
    assert (state.known, state.loaded) == ("yes", True)
    assert (state.incident.count, state.incident.state) == (2, "new")
    assert [error.operation_id for error in state.errors] == ["one", "one"]
    assert [step.title for step in state.operation.steps] == ["Read"]


@pytest.mark.parametrize("path", ["/errors/unknown", "/errors/%00/", "/errors/" + "x" * 3000])
def test_an_unknown_address_is_reported(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened_at(path, monkeypatch).known == "no"


def test_each_action_changes_the_state_of_the_incident(state: Any) -> None:
    for handler, args, after in (
        ("acknowledge", (), "ongoing"),
        ("mute", ("day",), "muted"),
        ("unmute", (), "ongoing"),
        ("mute", ("ever",), "muted"),
        ("mute", ("unknown",), "muted"),
        ("resolve", (), "resolved"),
    ):
        assert run(state, handler, state.incident.id, *args) is None
        run(state, "follow")
        assert (state.incident.state, state.busy) == (after, False)


def test_a_mute_says_until_when(state: Any) -> None:
    run(state, "mute", state.incident.id, "hour")
    run(state, "follow")
    assert state.incident.muted_until
    incidents.mute(state.incident.id, timedelta(seconds=-1))
    run(state, "follow")
    assert state.incident.state == "new"


def test_a_note_is_added_and_a_refused_one_stays_in_the_field(state: Any) -> None:
    state.set_note("The disk is full.")
    run(state, "add_note", state.incident.id, {TYPED_NOTE: state.note})
    run(state, "follow")
    assert [note.text for note in state.incident.notes] == ["The disk is full."]
    assert state.note == ""
    for text in ("  ", "x" * 2001):
        state.set_note(text)
        assert "note" not in state.field_errors
        run(state, "add_note", state.incident.id, {TYPED_NOTE: state.note})
        assert state.field_errors["note"]
        assert (state.note, state.error_shown) == (text, False)


def test_a_change_that_cannot_be_written_says_so_and_can_be_tried_again(
    state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise TimeoutError("locked")

    with monkeypatch.context() as broken:
        broken.setattr(detail_state.incidents, "mute", fail)
        run(state, "mute", state.incident.id, "day")
    assert (state.error_shown, state.busy) == (True, False)
    event = press_try_again(state)
    assert event.handler.fn.__name__ == "mute"
    assert "day" in str(event.args)


def test_a_page_that_cannot_be_read_says_so(state: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_incident_id: str) -> Any:
        raise TimeoutError("locked")

    with monkeypatch.context() as broken:
        broken.setattr(detail_state, "read_incident", fail)
        run(state, "follow")
    assert state.error_shown
    assert press_try_again(state).handler.fn.__name__ == "follow"
