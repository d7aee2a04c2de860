"""State of the page of usage events."""

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.settings import get_settings
from proto_ddf.usage.views import Usage, read_usage
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.live import LivePartMixin

_REFRESH_SECONDS = 10.0


class UsageState(LivePartMixin, ErrorMixin, rx.State):
    usage: Usage = Usage()
    enabled: bool = True
    """Whether USAGE_EVENTS is on."""

    @rx.event
    def load(self) -> EventSpec:
        self.enabled = get_settings().usage_events
        return UsageState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        await self._keep_fresh(read_usage, about="", every=_REFRESH_SECONDS)

    def _show(self, found: Usage) -> None:
        if found != self.usage:
            self.usage = found
