"""The state of the bell in the header: errors that call for attention."""

from functools import partial

import reflex as rx

from proto_ddf.monitoring.incident_news import IncidentLine, IncidentLines, unacknowledged
from proto_ddf.web.shared.state.live import LivePartMixin

_REFRESH_SECONDS = 15.0
"""A change is shown soon; this refresh is for states that only time has changed."""
_PAUSE_SECONDS = 2.0
_LINES = 5


class BellState(LivePartMixin, rx.State):
    """For the header of every page."""

    number: int = 0
    """Incidents that are new, regressed or escalating and not acknowledged."""
    lines: list[IncidentLine] = []
    """The newest of them."""

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        """Show them while the page is open (on_load). What cannot be read stays as it was."""
        read = partial(unacknowledged, _LINES)
        await self._keep_fresh(
            read, about=None, every=_REFRESH_SECONDS, at_most_every=_PAUSE_SECONDS
        )

    def _show(self, found: IncidentLines) -> None:
        if (found.total, found.lines) != (self.number, self.lines):
            self.number, self.lines = found.total, found.lines
