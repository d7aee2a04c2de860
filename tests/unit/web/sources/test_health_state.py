"""The state of sources' connections, with a fake watch."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from reflex.state import State

from proto_ddf import change_events
from proto_ddf.operations.watches.watched_source import Report, topic
from proto_ddf.sources.connected.health import CheckResult, Failure, Health, HealthState
from proto_ddf.sources.servers.engines import ConnectionStatistics
from proto_ddf.web.sources import health_state
from proto_ddf.web.sources.health_state import SourceHealthState

DOWN = Failure(
    "connection_failed", "No connection", "It is not there.", "Start it.", transient=True
)
ANSWERED = CheckResult(1_800_000_000.0, 0.004)
FAILED = CheckResult(1_800_000_030.0, 0.01, DOWN)
RECOVERED = CheckResult(1_800_000_150.0, 0.004)


class Watched:
    """Stands in for the watch: one source, "shop"."""

    def __init__(self) -> None:
        self.now: Report | None = report(ANSWERED)
        self.after_check: Report | None = None
        self.shown_times = 0
        self.requested: list[str] = []

    def note_shown(self) -> None:
        self.shown_times += 1

    def report(self, source_id: str) -> Report | None:
        return self.now if source_id == "shop" else None

    def states(self) -> dict[str, HealthState]:
        return {"shop": self.now.health.state} if self.now else {}

    def check_soon(self, source_id: str) -> None:
        self.requested.append(source_id)
        self.now = self.after_check
        change_events.publish(topic(source_id))


def report(*results: CheckResult, **changes: Any) -> Report:
    health = Health()
    for result in results:
        health = health.with_result(result)
    known = Report(
        "Shop", health, checking=False, pause=0.0, opened_by_hand=False, connections=None
    )
    return replace(known, **changes)


def state_of() -> Any:
    root = State(_reflex_internal_init=True)
    address = {"asPath": "/sources/shop", "pathname": "/sources/shop"}
    root.router = type(root.router).from_router_data(address)
    return root.get_substate(SourceHealthState.get_full_name().split("."))


def run(state: Any, handler: str) -> list[Any]:
    """Run a background handler; returns the events it gave."""

    async def collect() -> list[Any]:
        found = SourceHealthState.event_handlers[handler].fn(state)
        if not hasattr(found, "__aiter__"):
            return [await found]
        return [event async for event in found]

    return asyncio.run(collect())


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched()
    monkeypatch.setattr(health_state, "watch", lambda: made)
    return made


def refreshes(monkeypatch: pytest.MonkeyPatch, *before_each: Any) -> None:
    """A page that refreshes as often as there are functions, each called before its refresh."""

    async def refresh_signals(
        state: Any, *, about: str | None, every: float
    ) -> AsyncIterator[None]:
        for prepare in before_each:
            prepare()
            yield

    monkeypatch.setattr(health_state, "refresh_signals", refresh_signals)


def toasts(events: list[Any]) -> str:
    return " ".join(str(event.args) for event in events)


def nothing() -> None:
    pass


def test_a_list_shows_the_state_of_each_source(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshes(monkeypatch, nothing)
    state = state_of()
    run(state, "follow_all")
    assert state.states == {"shop": "connected"}
    assert watched.shown_times == 1


def test_the_page_of_a_source_says_how_it_is(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshes(monkeypatch, nothing)
    state = state_of()
    assert run(state, "follow_one") == []
    shown = state.shown
    assert (shown.state, shown.message, shown.latency) == ("connected", "It answers.", "4 ms")
    assert "every 30 seconds" in shown.note
    assert (shown.error, shown.server, shown.pause.until) == ("", False, "")
    assert watched.shown_times == 1


@pytest.mark.parametrize("handler", ["follow_all", "follow_one"])
def test_a_hidden_tab_does_not_count_as_shown(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, handler: str
) -> None:
    state = state_of()
    seen = []

    def hide() -> None:
        seen.append(watched.shown_times)
        state.set_hidden(True)

    def show() -> None:
        seen.append(watched.shown_times)
        state.set_hidden(False)

    refreshes(monkeypatch, nothing, hide, show)
    run(state, handler)
    assert seen == [1, 1]
    assert watched.shown_times == 3  # at once, and with the refresh


def test_an_outage_is_reported_once_with_what_to_do(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.now = report(FAILED)
    refreshes(monkeypatch, nothing)
    state = state_of()
    run(state, "follow_one")
    shown = state.shown
    assert (shown.state, shown.message, shown.note) == ("unreachable", DOWN.message, DOWN.hint)
    assert (shown.error, shown.error_message) == (DOWN.title, "")


def test_open_tabs_are_notified_when_it_is_back(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        watched.now = report(FAILED)

    def come_back() -> None:
        watched.now = report(FAILED, RECOVERED)

    refreshes(monkeypatch, fail, come_back, nothing)
    state = state_of()
    [told] = run(state, "follow_one")
    assert "Shop is connected again after 2 minutes." in toasts([told])
    assert state.shown.message == "Connected again after 2 minutes."
    assert (state.shown.error_message, state.shown.error_hint) == (DOWN.message, DOWN.hint)


def test_a_page_opened_later_is_not_notified(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.now = report(FAILED, RECOVERED)
    refreshes(monkeypatch, nothing, nothing)
    assert run(state_of(), "follow_one") == []


def test_connections_of_a_server_are_counted(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.now = report(ANSWERED, connections=ConnectionStatistics(connects=3, reconnects=1))
    refreshes(monkeypatch, nothing)
    state = state_of()
    run(state, "follow_one")
    assert (state.shown.server, state.shown.connects, state.shown.reconnects) == (True, 3, 1)


def test_a_pause_is_shown_with_its_end(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.now = report(FAILED, pause=12.0)
    refreshes(monkeypatch, nothing)
    state = state_of()
    run(state, "follow_one")
    assert state.shown.pause.seconds == 12.0


def test_calls_stopped_by_hand_are_reported_and_nothing_counts_down(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.now = report(ANSWERED, pause=30.0, opened_by_hand=True)
    refreshes(monkeypatch, nothing)
    state = state_of()
    run(state, "follow_one")
    assert "stopped by hand" in state.shown.message
    assert (state.shown.opened_by_hand, state.shown.pause.until) == (True, "")


def test_a_deleted_source_has_no_connection(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete() -> None:
        watched.now = None

    refreshes(monkeypatch, nothing, delete)
    state = state_of()
    run(state, "follow_one")
    assert state.shown.id == ""


class TestCheckNow:
    @pytest.fixture
    def state(self, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Any:
        refreshes(monkeypatch, nothing)
        made = state_of()
        run(made, "follow_one")
        return made

    def test_it_tells_what_was_found(self, state: Any, watched: Watched) -> None:
        watched.after_check = report(ANSWERED, RECOVERED)
        assert "Shop answered in 4 ms." in toasts(run(state, "check_now"))
        assert watched.requested == ["shop"]
        assert not state.shown.checking

    def test_it_tells_of_a_failure(self, state: Any, watched: Watched) -> None:
        watched.after_check = report(ANSWERED, FAILED)
        assert "Shop: No connection." in toasts(run(state, "check_now"))
        assert state.shown.state == "degraded"

    def test_a_second_click_does_nothing(self, state: Any, watched: Watched) -> None:
        state.shown = state.shown.model_copy(update={"checking": True})
        assert run(state, "check_now") == []
        assert watched.requested == []

    def test_a_circuit_that_opens_meanwhile_is_shown_instead(
        self, state: Any, watched: Watched
    ) -> None:
        watched.after_check = report(FAILED, checking=True, pause=30.0)
        assert run(state, "check_now") == []
        assert state.shown.pause.seconds == 30.0
