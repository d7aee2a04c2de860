"""State of the figures about errors over a range of time, which is in the address."""

from functools import partial

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.operations.error_overview.figures import (
    DEFAULT_RANGE,
    RANGES,
    Figures,
    read_figures,
)
from proto_ddf.web.shared.state.live import LivePartMixin

_REFRESH_SECONDS = 30.0
ADDRESSES = {
    each: "/errors" if each == DEFAULT_RANGE else f"/errors?range={each}" for each in RANGES
}
"""Of the page with each range."""


class FiguresState(LivePartMixin, rx.State):
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
    async def follow(self) -> None:
        read = partial(read_figures, self.time_range)
        await self._keep_fresh(read, about="", every=_REFRESH_SECONDS)

    def _show(self, found: Figures) -> None:
        if found != self.figures:
            self.figures = found
