"""State of the panel of alerts."""

import asyncio

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from proto_ddf.monitoring import alerts
from proto_ddf.monitoring.alerts.views import firing_alerts
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals

_REFRESH_SECONDS = 15.0
"""A change is shown at once; this refresh is for the values."""


class AlertRow(BaseModel):
    """An alert that fires."""

    id: str
    rule: str
    title: str
    message: str
    hint: str
    link: str
    priority: str
    """high or critical."""
    started_at: str


class AlertsPanelState(LiveMixin, rx.State):
    firing: list[AlertRow] = []

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        """Show the alerts that fire while the page is open (on_load)."""
        try:
            async for _ in refresh_signals(self, about=alerts.TOPIC, every=_REFRESH_SECONDS):
                found = await asyncio.to_thread(firing_alerts)
                rows = [
                    AlertRow(**each.model_dump(include=set(AlertRow.model_fields)))
                    for each in found
                ]
                async with self:
                    if rows != self.firing:
                        self.firing = rows
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "list alerts")
        return None
