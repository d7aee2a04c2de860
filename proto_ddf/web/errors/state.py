"""State of the list of incidents."""

import asyncio
from collections.abc import Sequence

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.monitoring import incident_views
from proto_ddf.monitoring.incident_views import Incident
from proto_ddf.web.errors.rows import ErrorRow, IncidentRow, incident_row
from proto_ddf.web.errors.trying_again import ErrorRowsMixin
from proto_ddf.web.shared.state.live import refresh_signals

_REFRESH_SECONDS = 5.0
FEW = 10
"""Incidents that are shown until a person asks for all."""
_ALL = 100
OPEN = "open"
FILTERS = (OPEN, "muted", "resolved")


class ErrorListState(ErrorRowsMixin, rx.State):
    """The incidents, and Try Again for the newest error of each."""

    incidents: list[IncidentRow] = []
    only: str = OPEN
    """One of FILTERS."""
    total: int = 0
    """Of the incidents in that state."""
    was_loaded: bool = False
    """The page was loaded, maybe with another filter."""
    is_all: bool = False
    """More than the first few are shown."""

    @rx.event
    def load(self) -> EventSpec:
        self.retrying_id = ""
        return ErrorListState.follow

    @rx.event
    def show_only(self, state: str) -> EventSpec:
        """Filter by state. An unknown state shows what is open."""
        self.only = state if state in FILTERS else OPEN
        self.is_all = self.loaded = False
        return ErrorListState.follow

    @rx.event
    def show_all(self) -> EventSpec:
        """Show up to a hundred."""
        self.is_all = True
        return ErrorListState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async with self:
                self._renew_waits()
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                state = "" if self.only == OPEN else self.only
                limit = _ALL if self.is_all else FEW
                found, total = await asyncio.to_thread(_read, limit, state)
                rows = [incident_row(each) for each in found]
                async with self:
                    if total != self.total:
                        self.total = total
                    if rows != self.incidents:
                        self.incidents = rows
                        self._renew_waits()
                    if not self.was_loaded:
                        self.was_loaded = True
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "list errors")
        return None

    def _error_rows(self) -> Sequence[ErrorRow]:
        return [row.error for row in self.incidents]


def _read(limit: int, state: str) -> tuple[list[Incident], int]:
    found = incident_views.recent_incidents(limit, state)
    return found, incident_views.count_incidents(state)
