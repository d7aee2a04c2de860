"""State of the panel of alerts."""

import reflex as rx
from pydantic import BaseModel

from proto_ddf.monitoring import alerts
from proto_ddf.monitoring.alerts.views import Alert, firing_alerts
from proto_ddf.web.shared.state.live import LivePartMixin

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


class AlertsPanelState(LivePartMixin, rx.State):
    firing: list[AlertRow] = []

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> None:
        """Show the alerts that fire while the page is open (on_load)."""
        await self._keep_fresh(firing_alerts, about=alerts.TOPIC, every=_REFRESH_SECONDS)

    def _show(self, found: list[Alert]) -> None:
        shown = set(AlertRow.model_fields)
        rows = [AlertRow(**each.model_dump(include=shown)) for each in found]
        if rows != self.firing:
            self.firing = rows
