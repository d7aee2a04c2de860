"""Reports are made by operations: for a person, and by themselves when they are due."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proto_ddf.errors import ValidationError
from proto_ddf.monitoring.reports import store
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.operations import all_kinds, service
from proto_ddf.operations.kinds.reports import KIND, GenerateReportInput
from proto_ddf.operations.watches import report_schedule
from proto_ddf.operations.watches.report_schedule import start_due_reports
from proto_ddf.settings import get_settings

NOW = datetime(2026, 11, 29, 5, 59, tzinfo=UTC)


@pytest.fixture
def ended(workshop: Any) -> Callable[[], list[str]]:
    """Waits for all operations to end; returns their states."""
    all_kinds.register_all()

    def states() -> list[str]:
        found = [each.state for each in service.recent(kind=KIND)]
        return [] if {"pending", "running"} & set(found) else found

    return lambda: list(workshop.until(states))


def test_a_person_gets_a_report_and_a_refusal_before_anything_runs(
    ended: Callable[[], list[str]],
) -> None:
    operation_id = service.start(KIND, GenerateReportInput(options=ReportOptions()))
    assert ended() == ["succeeded"]
    [made] = store.recent()
    assert (made.id, made.is_scheduled) == (operation_id, False)
    with pytest.raises(ValidationError):
        service.start(KIND, GenerateReportInput(options=ReportOptions(type="app")))
    assert ended() == ["succeeded"]


def test_a_report_that_is_due_is_made_once(
    ended: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start_due_reports(lambda: NOW, UTC) == []
    monkeypatch.setenv("REPORT_SCHEDULE", "daily")
    get_settings.cache_clear()
    assert start_due_reports(lambda: NOW, UTC) == []
    later = NOW + timedelta(days=1, hours=1)
    assert start_due_reports(lambda: later, UTC) == ["daily-2026-11-29", "daily-2026-11-30"]
    assert start_due_reports(lambda: later, UTC) == []
    assert ended() == ["succeeded", "succeeded"]
    assert {each.id for each in store.recent() if each.is_scheduled} == {
        "daily-2026-11-29",
        "daily-2026-11-30",
    }
    assert {each.time_range for each in store.recent()} == {"24h"}


def test_a_report_whose_start_was_not_remembered_is_made_once(
    ended: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORT_SCHEDULE", "weekly")
    get_settings.cache_clear()
    start_due_reports(lambda: NOW, UTC)
    later = NOW + timedelta(days=2)
    with monkeypatch.context() as killed:
        killed.setattr(report_schedule.schedule, "mark_started", _end)
        with pytest.raises(KeyboardInterrupt):
            start_due_reports(lambda: later, UTC)
    assert start_due_reports(lambda: later, UTC) == ["weekly-2026-11-30"]
    assert ended() == ["succeeded", "succeeded"]
    assert [each.id for each in store.recent()] == ["weekly-2026-11-30"]


def _end(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_the_loop_goes_on_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = asyncio.Event()
    loop: Any = None
    looks = iter([OSError("disk"), None, None])

    def look() -> None:
        found = next(looks, None)
        if found:
            raise found
        loop.call_soon_threadsafe(looked.set)

    async def run() -> None:
        nonlocal loop
        loop = asyncio.get_running_loop()
        running = asyncio.create_task(report_schedule.run_report_schedule())
        await asyncio.wait_for(looked.wait(), 60)
        running.cancel()

    monkeypatch.setattr(report_schedule, "INTERVAL_SECONDS", 0)
    monkeypatch.setattr(report_schedule, "start_due_reports", look)
    asyncio.run(run())
