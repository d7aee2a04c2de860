"""The state of the panel of alerts."""

from pathlib import Path
from typing import Any

import pytest

from proto_ddf.monitoring.alerts import Alerts
from proto_ddf.web.errors import alerts_state
from proto_ddf.web.errors.alerts_state import AlertsPanelState
from tests.unit.monitoring.alerting import PLENTY, World
from tests.unit.web.states import open_for_one_look, run, state_of


@pytest.fixture(autouse=True)
def _one_look(migrated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_for_one_look(monkeypatch, alerts_state)


@pytest.fixture
def state() -> Any:
    return state_of(AlertsPanelState)


def test_it_shows_what_fires_until_it_is_over(state: Any) -> None:
    world = World(free_bytes=0)
    run(state, "follow")
    assert (state.loaded, state.firing) == (True, [])
    alerts = Alerts(world.clock, world.probe)
    alerts.evaluate()
    run(state, "follow")
    [row] = state.firing
    assert (row.rule, row.priority, row.link) == ("disk_low", "critical", "/apps")
    assert row.started_at == world.now.isoformat()
    world.free_bytes = PLENTY
    world.pass_until(world.now.replace(minute=2))
    run(state, "follow")
    assert state.firing == []


def test_records_that_cannot_be_read_are_told_and_read_again(
    state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise TimeoutError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(alerts_state, "firing_alerts", broken)
        run(state, "follow")
    assert (state.is_stale, state.loaded) == (True, False)
    run(state, "follow")
    assert (state.is_stale, state.loaded) == (False, True)
