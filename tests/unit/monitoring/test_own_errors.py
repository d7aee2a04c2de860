"""What fails in the server's own loops becomes an incident, the loop goes on, and no error makes further ones without end."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.hosting import watcher
from proto_ddf.monitoring import intake, own_errors
from proto_ddf.monitoring.error_views import recent_errors
from proto_ddf.monitoring.incident_views import recent_incidents
from proto_ddf.monitoring.own_errors import OwnErrors
from proto_ddf.notify import delivery_loop
from proto_ddf.operations.error_handling import incident_loop
from proto_ddf.operations.retention import housekeeping
from proto_ddf.operations.watches import alert_watch, report_schedule, source_watch, storage_watch

SECONDS = 30.0
Loop = Callable[[], Coroutine[Any, Any, None]]
LOOPS: dict[str, tuple[Loop, Any, str, str]] = {
    "app watch": (watcher.watch, watcher.Watcher, "tick", "TICK_SECONDS"),
    "source watch": (
        source_watch.watch_sources, source_watch.SourceWatch, "tick", "IDLE_TICK_SECONDS"
    ),
    "storage watch": (storage_watch.watch_storage, storage_watch, "check", "INTERVAL_SECONDS"),
    "alert watch": (
        alert_watch.watch_alerts, alert_watch.AlertWatch, "look", "INTERVAL_SECONDS"
    ),
    "report schedule": (
        report_schedule.run_report_schedule, report_schedule, "start_due_reports",
        "INTERVAL_SECONDS",
    ),
    "housekeeping": (housekeeping.run_housekeeping, housekeeping, "remove_uploads", "HOUR"),
    "incident loop": (
        lambda: incident_loop.act_on_incidents(lambda _id: None), incident_loop, "act_on_new",
        "WAIT_SECONDS",
    ),
    "delivery loop": (delivery_loop.deliver, delivery_loop, "start_due", "PAUSE_SECONDS"),
}  # fmt: skip
"""By component: the loop, what it calls, and its pause."""


@pytest.fixture(autouse=True)
def _nothing_reported(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_errors.OWN_ERRORS, "_reported", {})


@pytest.mark.parametrize("component", LOOPS)
def test_a_loop_goes_on_and_its_error_is_an_incident(
    component: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, place, name, pause = LOOPS[component]
    called: list[None] = []
    again = asyncio.Event()

    async def run() -> None:
        server = asyncio.get_running_loop()

        def fail(*_given: object) -> int:
            called.append(None)
            if len(called) >= 3:
                server.call_soon_threadsafe(again.set)
            raise ArithmeticError("odd")

        monkeypatch.setattr(place, name, fail)
        task = asyncio.create_task(loop())
        await asyncio.wait_for(again.wait(), SECONDS)
        task.cancel()

    module = place if hasattr(place, pause) else sys.modules[place.__module__]
    monkeypatch.setattr(module, pause, 0.01)
    asyncio.run(run())
    assert intake.flush(SECONDS)
    # The housekeeping has a part that needs the engine, which fails too.
    (error,) = [each for each in recent_errors(5) if each["error_type"] == "ArithmeticError"]
    (incident,) = [each for each in recent_incidents(5) if each.id == error["incident_id"]]
    assert (incident.count, error["context"]["component"]) == (1, component)


def test_an_error_of_acting_on_errors_does_not_make_errors_without_end() -> None:
    acted: list[str] = []

    def act(incident_id: str) -> None:
        acted.append(incident_id)
        raise ArithmeticError("odd")

    own_errors.report(OSError("first"), "app watch", "Check the apps")
    for _ in range(20):
        assert intake.flush(SECONDS)
        incident_loop.act_on_new(act)
    assert len(acted) == 2
    assert {each.count for each in recent_incidents(5)} == {1}


def test_while_the_intake_cannot_store_nothing_more_is_given_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing = intake.IntakeStatistics(1, 0, 0, {}, is_failing=True)
    with monkeypatch.context() as away:
        away.setattr(intake, "statistics", lambda: failing)
        assert not own_errors.report(OSError("no"), "app watch", "Check the apps")
    assert own_errors.report(OSError("no"), "app watch", "Check the apps")


@given(waits=st.lists(st.tuples(st.floats(0, 900), st.sampled_from("abc")), max_size=60))
def test_equal_errors_are_reported_once_in_ten_minutes(waits: list[tuple[float, str]]) -> None:
    now = [0.0]
    errors = OwnErrors(clock=lambda: now[0])
    last: dict[str, float] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "report", lambda *_, **__: "")
        for seconds, work in waits:
            now[0] += seconds
            due = now[0] - last.get(work, -own_errors.PAUSE_SECONDS) >= own_errors.PAUSE_SECONDS
            assert errors.report(OSError("no"), "app watch", work) == due
            if due:
                last[work] = now[0]
