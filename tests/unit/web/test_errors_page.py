"""The states of the page of all errors, and of the bell in the header."""

from pathlib import Path
from typing import Any

import pytest

from proto_ddf.monitoring import incidents
from proto_ddf.web.errors import figures_state, situation_state
from proto_ddf.web.errors import state as list_state
from proto_ddf.web.errors.figures_state import FiguresState
from proto_ddf.web.errors.situation_state import SituationState
from proto_ddf.web.errors.state import FEW, ErrorListState
from proto_ddf.web.shared.state import bell, live
from proto_ddf.web.shared.state.bell import BellState
from tests.reporting import report
from tests.unit.web.states import open_for_one_look, run, state_of


@pytest.fixture(autouse=True)
def _one_look(migrated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (situation_state, figures_state, list_state, bell):
        open_for_one_look(monkeypatch, module)
    for module in (situation_state, bell):
        monkeypatch.setattr(module, "_PAUSE_SECONDS", 0)


def open_for(monkeypatch: pytest.MonkeyPatch, *, looks: int) -> None:
    """The tab is open for so many refreshes."""
    left = [True] * looks
    monkeypatch.setattr(live, "is_connected", lambda _state: bool(left) and left.pop())


def opened_at(query: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    class Address:
        class url:
            path = "/errors"
            query_parameters = dict([query.split("=")]) if query else {}

    monkeypatch.setattr(FiguresState, "router", Address, raising=False)
    state: Any = state_of(FiguresState)
    state.load()
    run(state, "follow")
    return state


def look(state: Any) -> None:
    state.load()
    run(state, "follow")


def test_what_was_new_stays_so_while_the_page_is_open_and_is_not_new_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report(OSError("a"), "Read")
    state = state_of(SituationState)
    look(state)
    assert (state.loaded, state.news.total, state.broken) == (True, 1, 1)
    assert state.last_look == ""  # a glance is no look
    monkeypatch.setattr(situation_state, "_LOOK_SECONDS", 0.0)
    look(state)
    assert state.last_look
    look(state)  # a reload
    assert state.news.total == 1
    monkeypatch.setattr(situation_state, "_SAME_LOOK_SECONDS", -1.0)
    look(state)
    assert state.news.total == 0
    assert not state.is_first_look


@pytest.mark.parametrize("stored", ["<script>", "9999-01-01T00:00:00+00:00", "x" * 100_000])
def test_a_look_that_the_browser_cannot_have_had_is_none(stored: str) -> None:
    report(OSError("a"), "Read")
    state = state_of(SituationState)
    state.last_look = stored
    look(state)
    assert (state.is_first_look, state.news.total) == (True, 1)


def test_what_has_not_changed_is_not_sent_again() -> None:
    report(OSError("a"), "Read")
    state = state_of(SituationState)
    look(state)
    state.get_delta()
    state._clean()
    look(state)
    assert "news" not in str(state.get_delta())


def test_the_range_is_that_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for query, expected in (("", "24h"), ("range=7d", "7d"), ("range=9y", "24h"), ("x=7d", "24h")):
        state = opened_at(query, monkeypatch)
        assert (state.time_range, state.figures.time_range) == (expected, expected)


@pytest.mark.parametrize(
    ("cls", "module", "name"),
    [
        (SituationState, situation_state, "read_situation"),
        (FiguresState, figures_state, "read_figures"),
    ],
)
def test_records_that_cannot_be_read_are_told_and_read_again_by_themselves(
    cls: Any, module: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[bool] = []
    read = getattr(module, name)

    def broken_at_first(*given: Any) -> Any:
        reads.append(state.is_stale)
        if len(reads) == 1:
            raise TimeoutError("locked")
        return read(*given)

    state = state_of(cls)
    monkeypatch.setattr(module, name, broken_at_first)
    open_for(monkeypatch, looks=2)
    run(state, "follow")
    assert reads == [False, True]
    assert (state.is_stale, state.loaded) == (False, True)


def test_the_most_urgent_are_listed_until_a_person_asks_for_all() -> None:
    names = [chr(ord("a") + number) * 3 for number in range(FEW + 2)]
    for name in names:
        report(type(f"{name.title()}Error", (Exception,), {})(name), "Read")
    state = state_of(ErrorListState)
    run(state, "follow")
    assert (len(state.incidents), state.total) == (FEW, FEW + 2)
    state.show_all()
    run(state, "follow")
    assert len(state.incidents) == FEW + 2


def test_the_bell_counts_what_nobody_has_acknowledged() -> None:
    state = state_of(BellState)
    assert not state.loaded
    first = report(OSError("a"), "Read")
    report(ValueError("b"), "Read")
    run(state, "follow")
    assert (state.loaded, state.number) == (True, 2)
    assert len(state.lines) == 2
    incidents.acknowledge(first)
    run(state, "follow")
    assert state.number == 1


def test_the_bell_keeps_its_number_while_nothing_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report(OSError("a"), "Read")
    state = state_of(BellState)
    run(state, "follow")

    def broken(_limit: int) -> None:
        raise TimeoutError("locked")

    monkeypatch.setattr(bell, "unacknowledged", broken)
    run(state, "follow")
    assert (state.is_stale, state.loaded, state.number) == (True, True, 1)
