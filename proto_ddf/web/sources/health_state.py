"""States of the health of sources: the state of each source in a list, and the details of one on its page."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from proto_ddf import change_events
from proto_ddf.operations.watches.source_watch import watch
from proto_ddf.operations.watches.watched_source import Report, topic
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected.health import HealthState, duration_text, latency_text
from proto_ddf.web.shared.state.live import refresh_signals
from proto_ddf.web.shared.state.waiting import Wait, wait_of

_REFRESH_SECONDS = 5.0
"""Also how often a page reports that it shows sources."""
_OPENED_BY_HAND = "Calls to it are stopped by hand, on the page Resilience."


class HealthView(BaseModel):
    """One source's connection, in words."""

    id: str = ""
    """Empty before it is known."""
    state: str = HealthState.CHECKING.value
    since: str = ""
    """ISO 8601, like all times here."""
    message: str = ""
    note: str = ""
    """What to do, or how often it is checked."""
    latency: str = ""
    usual_latency: str = ""
    server: bool = False
    """Whether connections to it stay open and are counted."""
    connects: int = 0
    reconnects: int = 0
    error: str = ""
    """Title of the last one."""
    error_at: str = ""
    error_message: str = ""
    """Empty if `message` is the same."""
    error_hint: str = ""
    recovered_at: str = ""
    """When the last outage ended."""
    checking: bool = False
    opened_by_hand: bool = False
    pause: Wait = Wait()
    """The time until its circuit breaker permits a check."""


class SourceHealthState(rx.State):
    """Follows the health checks of the sources, which are more frequent while a page shows them."""

    states: dict[str, str] = {}
    """The state of each source by its id."""
    shown: HealthView = HealthView()
    """The source whose id is in the address."""
    _hidden: bool = False
    """The tab is in the background."""

    @rx.event
    def set_hidden(self, hidden: bool) -> None:
        """The tab went to the background, or came back."""
        self._hidden = bool(hidden)
        self._note_shown()

    @rx.event(background=True, supersedes=True)
    async def follow_all(self) -> None:
        """For pages that list sources (on_load)."""
        async with self:
            self._hidden = False
        async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
            self._note_shown()
            states = {source_id: state.value for source_id, state in watch().states().items()}
            async with self:
                if states != self.states:
                    self.states = states

    @rx.event(background=True, supersedes=True)
    async def follow_one(self) -> AsyncIterator[Any]:
        """For the page of a source (on_load)."""
        async with self:
            self._hidden = False
            source_id = PurePosixPath(self.router.url.path).name
        async for _ in refresh_signals(self, about=topic(source_id), every=_REFRESH_SECONDS):
            self._note_shown()
            report = watch().report(source_id)
            async with self:
                has_recovered = self._show(source_id, report)
            if report is not None and has_recovered:
                yield rx.toast.success(_recovery_text(report))

    @rx.event(background=True)
    async def check_now(self) -> AsyncIterator[Any]:
        """Check the source at once, and show the result in a toast."""
        async with self:
            source_id = self.shown.id
            if not source_id or self.shown.checking:
                return
            self.shown = self.shown.model_copy(update={"checking": True})
        with change_events.subscribe(topic(source_id)) as changes:
            watch().check_soon(source_id)
            report = watch().report(source_id)
            while report is not None and report.checking and not report.pause:
                await changes.wait(_REFRESH_SECONDS)
                report = watch().report(source_id)
        async with self:
            has_recovered = self._show(source_id, report)
        if report is not None and not report.pause:
            yield _toast(report, has_recovered)

    def _note_shown(self) -> None:
        if not self._hidden:
            watch().note_shown()

    def _show(self, source_id: str, report: Report | None) -> bool:
        """Whether an outage has ended since the source was shown last."""
        view = _view(source_id, report, self.shown)
        has_recovered = (
            bool(view.recovered_at)
            and self.shown.id == source_id
            and self.shown.recovered_at != view.recovered_at
        )
        if view != self.shown:
            self.shown = view
        return has_recovered


def _view(source_id: str, report: Report | None, before: HealthView) -> HealthView:
    """`before` is what is shown now."""
    if report is None:
        return HealthView()
    health, failure = report.health, report.health.last_failure
    current = health.failure is not None
    connections = report.connections
    return HealthView(
        id=source_id,
        state=health.state.value,
        since=_iso(health.since),
        message=_OPENED_BY_HAND if report.opened_by_hand else health.message,
        note=health.hint or _how_often(),
        latency=_latency(health.latency),
        usual_latency=_latency(health.usual_latency),
        server=connections is not None,
        connects=connections.connects if connections else 0,
        reconnects=connections.reconnects if connections else 0,
        error=failure.title if failure else "",
        error_at=_iso(health.failed_at),
        error_message=failure.message if failure and not current else "",
        error_hint=failure.hint if failure and not current else "",
        recovered_at=_iso(health.recovery.at if health.recovery else None),
        checking=report.checking,
        opened_by_hand=report.opened_by_hand,
        pause=wait_of(0.0 if report.opened_by_hand else report.pause, before.pause),
    )


def _how_often() -> str:
    return f"It is checked every {duration_text(get_settings().source_check_seconds)} while a page shows it."


def _toast(report: Report, has_recovered: bool) -> EventSpec:
    shown: EventSpec
    if report.health.failure is not None:
        shown = rx.toast.error(f"{report.name}: {report.health.failure.title}.")
    elif has_recovered:
        shown = rx.toast.success(_recovery_text(report))
    else:
        shown = rx.toast.success(f"{report.name} answered in {_latency(report.health.latency)}.")
    return shown


def _recovery_text(report: Report) -> str:
    recovery = report.health.recovery
    outage_seconds = recovery.outage_seconds if recovery else 0.0
    return f"{report.name} is connected again after {duration_text(outage_seconds)}."


def _latency(seconds: float | None) -> str:
    return "" if seconds is None else latency_text(seconds)


def _iso(at: float | None) -> str:
    """Of Unix time in seconds."""
    return "" if at is None else datetime.fromtimestamp(at, UTC).isoformat()
