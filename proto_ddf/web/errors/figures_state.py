"""State of the figures about errors over a range of time, which is in the address."""

import asyncio

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.operations.error_overview.figures import (
    DEFAULT_RANGE,
    RANGES,
    Figures,
    read_figures,
)
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals

_REFRESH_SECONDS = 30.0
ADDRESSES = {
    each: "/errors" if each == DEFAULT_RANGE else f"/errors?range={each}" for each in RANGES
}
"""Of the page with each range."""


class FiguresState(LiveMixin, rx.State):
    time_range: str = DEFAULT_RANGE
    """One of RANGES."""
    figures: Figures = Figures()
    """Those of another range while the chosen ones are read."""

    @rx.event
    def load(self) -> EventSpec:
        wanted = str(self.router.url.query_parameters.get("range", ""))
        self.time_range = wanted if wanted in RANGES else DEFAULT_RANGE
        return FiguresState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async for _ in refresh_signals(self, about="", every=_REFRESH_SECONDS):
                found = await asyncio.to_thread(read_figures, self.time_range)
                async with self:
                    if found != self.figures:
                        self.figures = found
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "compute figures about errors")
        return None
