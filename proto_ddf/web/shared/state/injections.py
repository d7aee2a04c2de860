"""The state of the banner that shows active fault injections on every page."""

import reflex as rx

from proto_ddf.resilience import injection
from proto_ddf.web.shared.state.live import refresh_signals

_REFRESH_SECONDS = 1.0


class InjectionBannerState(rx.State):
    """For the banner above every page."""

    enabled: bool = False
    """Whether the setting allows injections."""
    active: int = 0

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        """Count the active injections while the page is open (on_load), if injections are allowed."""
        async with self:
            self.enabled = injection.enabled()
        if not self.enabled:
            return
        async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
            active = len(injection.active())
            async with self:
                if active != self.active:
                    self.active = active
