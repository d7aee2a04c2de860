"""Whether failures are injected on purpose: every page says so."""

import reflex as rx

from proto_ddf.resilience import injection
from proto_ddf.web.shared.state.live import looks

_LOOK_SECONDS = 1.0


class InjectionBannerState(rx.State):
    """For the banner above every page."""

    enabled: bool = False
    """The setting allows injections."""
    active: int = 0

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        """Count the active injections while the page is open (on_load), where there can be any."""
        async with self:
            self.enabled = injection.enabled()
        if not self.enabled:
            return
        async for _ in looks(self, about=None, every=_LOOK_SECONDS):
            active = len(injection.active())
            async with self:
                if active != self.active:
                    self.active = active
