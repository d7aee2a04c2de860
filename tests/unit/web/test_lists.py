"""The states of Overview, Operations and Errors."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from reflex.state import State

from proto_ddf import errors
from proto_ddf.db import engine
from proto_ddf.db.tables import OperationRecord, OperationState, StepRecord
from proto_ddf.errors import describe
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.web.errors import state as errors_state
from proto_ddf.web.errors.rows import error_row
from proto_ddf.web.errors.state import ErrorListState
from proto_ddf.web.operations import state as operations_state
from proto_ddf.web.operations.state import OperationPageState, OperationsState
from proto_ddf.web.overview import state as overview_state
from proto_ddf.web.overview.state import OverviewState
from proto_ddf.web.shared.state import errors as errors_mixin
from proto_ddf.web.shared.state import live
from tests.reporting import report, succeed
from tests.unit.web.retries import press_try_again


@pytest.fixture(autouse=True)
def database(migrated_home: Path) -> None:
    """Proto-DDF's own database, migrated."""


@pytest.fixture(autouse=True)
def _one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tab is open for one refresh, and closed at the next."""
    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0)
    for module in (operations_state, overview_state, errors_state):
        monkeypatch.setattr(module, "_REFRESH_SECONDS", 0.001)
    answers: dict[int, bool] = {}

    def once(state: rx.State) -> bool:
        there = not answers.get(id(state), False)
        answers[id(state)] = there
        return there

    monkeypatch.setattr(live, "is_connected", once)


def state_of(cls: type[Any]) -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(cls.get_full_name().split("."))


def follow(state: Any) -> None:
    asyncio.run(type(state).event_handlers["follow"].fn(state))


def add_operation(operation_id: str, state: OperationState) -> None:
    with engine.session() as opened:
        opened.add(
            OperationRecord(
                id=operation_id, kind="generate_app", title=f"Generate {operation_id}", state=state
            )
        )
        opened.flush()
        opened.add(
            StepRecord(operation_id=operation_id, position=0, name="install", title="Install")
        )
        opened.commit()


def add_error(operation_id: str | None) -> None:
    error = errors.SystemError("full", component="disk", code="disk_space_low", path="/data")
    report(describe(error, "Install"), "Generate shop", operation_id)


def test_a_new_home_shows_an_empty_overview() -> None:
    state = state_of(OverviewState)
    follow(state)
    assert state.loaded
    assert state.overview == overview_state.Overview()


def test_the_overview_shows_what_happened_lately() -> None:
    add_operation("one", OperationState.FAILED)
    add_error("one")
    add_error("two")
    succeed("two")
    state = state_of(OverviewState)
    follow(state)
    assert [row.id for row in state.overview.operations] == ["one"]
    assert [row.operation_id for row in state.overview.errors] == ["one"]


def test_operations_are_filtered_by_state() -> None:
    add_operation("good", OperationState.SUCCEEDED)
    add_operation("bad", OperationState.FAILED)
    state = state_of(OperationsState)
    follow(state)
    assert {row.id for row in state.operations} == {"good", "bad"}
    state.show_only("failed")
    assert not state.loaded
    follow(state)
    assert [row.id for row in state.operations] == ["bad"]


def test_a_filter_no_button_has_is_no_filter() -> None:
    add_operation("good", OperationState.SUCCEEDED)
    state = state_of(OperationsState)
    state.show_only("'; drop table operation")
    follow(state)
    assert state.only == "all"
    assert len(state.operations) == 1


def test_the_page_of_an_operation_watches_the_one_in_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = state_of(OperationPageState)

    class Address:
        class url:
            path = "/operations/abc/"

    monkeypatch.setattr(OperationPageState, "router", Address, raising=False)
    event = state.load()
    assert event.handler.fn.__name__ == "watch_operation"
    assert "abc" in str(event.args)


def test_errors_tell_whether_they_are_resolved_and_can_be_retried() -> None:
    add_error("one")
    add_error(None)
    add_error("two")
    succeed("two")
    rows = {row.operation_id: row for row in map(error_row, recent_errors())}
    assert rows["one"].can_retry
    assert not rows["one"].resolved
    assert not rows[""].can_retry  # nothing to run again
    assert rows["two"].resolved
    assert not rows["two"].can_retry
    assert '"code": "disk_space_low"' in rows["one"].details


def test_equal_errors_are_one_incident_with_the_newest_of_them() -> None:
    for operation_id in ("one", "two"):
        add_error(operation_id)
    state = state_of(ErrorListState)
    follow(state)
    (row,) = state.incidents
    assert (row.state, row.count, row.severity) == ("new", 2, "critical")
    assert row.error.operation_id == "two"
    assert row.error.can_retry


def test_incidents_are_filtered_by_state_and_those_that_are_open_come_first() -> None:
    add_error("one")
    succeed("one")
    state = state_of(ErrorListState)
    follow(state)
    assert state.incidents == []
    state.show_only("resolved")
    assert not state.loaded
    follow(state)
    assert [row.state for row in state.incidents] == ["resolved"]
    state.show_only("'; drop table incident")
    assert state.only == "open"


def test_an_error_of_an_open_circuit_says_when_it_can_be_tried_again() -> None:
    error = CircuitOpenError("shop", 3600.0)
    for operation_id in ("two", None, "one"):
        report(describe(error, "Install"), "Generate shop", operation_id)
    succeed("two")
    rows = {row.operation_id: row for row in map(error_row, recent_errors())}
    assert rows["one"].retry_at
    assert rows["two"].retry_at == rows[""].retry_at == ""  # nothing to try
    state = state_of(ErrorListState)
    state.waits = {"of a page": 30.0}
    follow(state)
    assert set(state.waits) == {rows["one"].id}
    assert 3500 < state.waits[rows["one"].id] <= 3600


def press_row(state: Any, error_id: str, operation_id: str = "one") -> list[Any]:
    handler = ErrorListState.event_handlers["try_again"].fn

    async def press() -> list[Any]:
        return [event async for event in handler(state, error_id, operation_id)]

    return asyncio.run(press())


def test_try_again_of_an_error_resumes_its_operation_and_goes_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retried: list[str] = []
    monkeypatch.setattr(errors_mixin.service, "retry", retried.append)
    add_error("one")
    state = state_of(ErrorListState)
    follow(state)
    (event,) = press_row(state, state.incidents[0].error.id)
    assert retried == ["one"]
    assert "/operations/one" in str(event.args)
    state.retrying_id = "pressed"
    assert press_row(state, state.incidents[0].error.id) == []


def test_a_refused_try_again_says_why_and_can_be_pressed_again() -> None:
    add_operation("one", OperationState.SUCCEEDED)
    add_error("one")
    state = state_of(ErrorListState)
    follow(state)
    press_row(state, state.incidents[0].error.id)
    assert state.error_shown
    assert state.retrying_id == ""


def test_a_row_never_shows_an_absent_operation_id() -> None:
    add_error(None)
    (record,) = recent_errors()
    assert error_row(record).operation_id == ""


@pytest.mark.parametrize("listing", [OverviewState, OperationsState, ErrorListState])
def test_a_list_that_cannot_be_read_says_so_and_try_again_reads_it(
    listing: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise TimeoutError("locked")

    state = state_of(listing)
    with monkeypatch.context() as broken:
        for module, name in (
            (overview_state, "read_overview"),
            (operations_state.service, "recent"),
        ):
            broken.setattr(module, name, fail)
        broken.setattr(errors_state.incident_views, "recent_incidents", fail)
        follow(state)
    assert state.error_shown
    assert not state.loaded
    event = press_try_again(state)
    assert event.handler.fn.__name__ == "follow"
    follow(state)  # the tab of the broken look has gone
    follow(state)
    assert not state.error_shown
    assert state.loaded
