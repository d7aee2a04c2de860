"""Whether what Proto-DDF keeps can be kept: every page says so when it cannot."""

from dataclasses import asdict

import reflex as rx

from proto_ddf.operations.watches import storage_watch
from proto_ddf.web.shared.state.live import looks

_LOOK_SECONDS = 60.0
"""A change is told at once; this is for a page that missed it."""


class StorageBannerState(rx.State):
    """For the banner above every page."""

    problems: list[dict[str, str]] = []
    """Each with `title`, `message` and `hint`."""

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        """Show what is wrong while the page is open (on_load)."""
        async for _ in looks(self, about=storage_watch.TOPIC, every=_LOOK_SECONDS):
            found = [asdict(problem) for problem in storage_watch.problems()]
            async with self:
                if found != self.problems:
                    self.problems = found
