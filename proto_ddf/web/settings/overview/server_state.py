"""State of the settings of the server."""

import asyncio

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.settings import get_settings
from proto_ddf.web.settings.overview.server_facts import FactGroup, server_facts
from proto_ddf.web.shared.state.live import LiveMixin


class ServerFactsState(LiveMixin, rx.State):
    """For admins. They cannot be changed here: they are read once, at the start."""

    groups: list[FactGroup] = []

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            found = await asyncio.to_thread(lambda: server_facts(get_settings()))
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show the settings of the server")
        async with self:
            self.groups = found
            self._refreshed()
        return None
