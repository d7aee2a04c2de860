"""The state of the bell in the header: errors that call for attention."""

import asyncio

import reflex as rx

from proto_ddf.logs import get_logger
from proto_ddf.monitoring.incident_news import IncidentLine, unacknowledged
from proto_ddf.web.shared.state.live import refresh_signals

_REFRESH_SECONDS = 15.0
"""A change is shown soon; this refresh is for states that only time has changed."""
_PAUSE_SECONDS = 2.0
_LINES = 5

log = get_logger(__name__)


class BellState(rx.State):
    """For the header of every page."""

    number: int = 0
    """Incidents that are new, regressed or escalating and not acknowledged."""
    lines: list[IncidentLine] = []
    """The newest of them."""
    known: bool = False
    """They have been read."""

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        """Show them while the page is open (on_load). What cannot be read is left as it was shown."""
        signals = refresh_signals(
            self, about=None, every=_REFRESH_SECONDS, at_most_every=_PAUSE_SECONDS
        )
        async for _ in signals:
            try:
                found = await asyncio.to_thread(unacknowledged, _LINES)
            except (
                Exception
            ) as error:  # the page itself tells it, and a banner if the database is gone
                log.warning("the bell could not be refreshed", reason=str(error))
                continue
            async with self:
                if (found.total, found.lines, True) != (self.number, self.lines, self.known):
                    self.number, self.lines, self.known = found.total, found.lines, True
