"""The state of the banner that shows on every page that Proto-DDF cannot store its data."""

from dataclasses import asdict

import reflex as rx

from proto_ddf.operations.watches import storage_watch
from proto_ddf.web.shared.state.live import refresh_signals

_REFRESH_SECONDS = 60.0
"""A change is shown at once; this refresh is for a page that missed it."""


class StorageBannerState(rx.State):
    """For the banner above every page."""

    problems: list[dict[str, str]] = []
    """Each with `title`, `message` and `hint`."""

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        """Show the problems while the page is open (on_load)."""
        async for _ in refresh_signals(self, about=storage_watch.TOPIC, every=_REFRESH_SECONDS):
            found = [asdict(problem) for problem in storage_watch.problems()]
            async with self:
                if found != self.problems:
                    self.problems = found
