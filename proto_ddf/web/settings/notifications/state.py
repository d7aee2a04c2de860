"""State of the page of notifications."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.notify import connected, delivery_queue, delivery_views
from proto_ddf.notify.delivery_views import ChannelView, DeliveryView
from proto_ddf.operations import service
from proto_ddf.operations.kinds.notifications import TestChannelInput
from proto_ddf.settings import get_settings
from proto_ddf.web.settings.notifications.form_state import ChannelFormMixin
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals
from proto_ddf.web.shared.state.second_click import is_second_click

_REFRESH_SECONDS = 5.0
_LIMIT = 100
_RUNNING = ("pending", "running")


class NotificationsState(ChannelFormMixin, LiveMixin, rx.State):
    """The channels, the test of one of them, and what was not delivered."""

    channels: list[ChannelView] = []
    deliveries: list[DeliveryView] = []
    """The newest that were not sent."""
    undelivered: int = 0
    """How many were not sent."""
    enabled: bool = True
    """Whether ENABLE_NOTIFICATIONS is on."""
    busy: list[str] = []
    """Ids of the channels and deliveries that are being changed."""

    @rx.event
    def load(self) -> list[EventSpec]:
        self.busy = []
        self.saving = False
        self.enabled = get_settings().enable_notifications
        return [NotificationsState.follow, NotificationsState.show_running_test]

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                found = await asyncio.to_thread(_read)
                async with self:
                    self._show(*found)
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show notifications")
        return None

    @rx.event(background=True)
    async def show_running_test(self) -> AsyncIterator[Any]:
        """Show the test that another tab, or this page before it was loaded again, has started."""
        newest = await asyncio.to_thread(service.recent, 1, "test_channel")
        async with self:
            shown = self.operation.id
        running = next((each.id for each in newest if each.state in _RUNNING), shown)
        if running:
            yield self._watch(running)

    @rx.event
    def edit(self, channel_id: str) -> EventSpec | None:
        """Open the form for a channel that is listed."""
        channel = next((each for each in self.channels if each.id == channel_id), None)
        return None if channel is None or channel.from_environment else self._edit(channel)

    @rx.event(background=True)
    async def test(self, channel_id: str) -> AsyncIterator[Any]:
        """Send a message by a channel, and show what becomes of it."""
        async with self:
            if is_second_click(channel_id in self.busy or self.operation.state in _RUNNING):
                return
            self.busy = [*self.busy, channel_id]
            self._retry_by("test", channel_id)
        given = TestChannelInput(channel_id=channel_id)
        try:
            operation_id = await asyncio.to_thread(service.start, "test_channel", given)
            view = await asyncio.to_thread(service.view, operation_id)
        except Exception as error:
            async with self:
                self._done(channel_id)
                shown = self.handle_error(error, "test a channel")
            yield shown
            return
        async with self:
            self._done(channel_id)
            self._clear_error()
            self._show_operation(view)
        yield self._watch(operation_id)

    @rx.event(background=True)
    async def switch(self, channel_id: str, on: bool) -> EventSpec | None:
        return await self._change("switch", connected.switch, channel_id, on)

    @rx.event(background=True)
    async def remove(self, channel_id: str) -> EventSpec | None:
        async with self:
            if self.channel_id == channel_id:
                self.form_open = False
        return await self._change("remove", connected.remove, channel_id)

    @rx.event(background=True)
    async def send_again(self, delivery_id: str) -> EventSpec | None:
        return await self._change("send_again", delivery_queue.send_again, delivery_id)

    async def _change(
        self, handler: str, change: Callable[..., Any], changed_id: str, *args: Any
    ) -> EventSpec | None:
        """Call `change(changed_id, *args)`; Try Again runs `handler` with the same arguments."""
        async with self:
            if is_second_click(changed_id in self.busy):
                return None
            self.busy = [*self.busy, changed_id]
            self._retry_by(handler, changed_id, *args)
        try:
            await asyncio.to_thread(change, changed_id, *args)
        except Exception as error:
            async with self:
                self._done(changed_id)
                return self.handle_error(error, "change a notification")
        async with self:
            self._done(changed_id)
            self._clear_error()
        return None

    def _done(self, changed_id: str) -> None:
        self.busy = [each for each in self.busy if each != changed_id]

    def _show(
        self, channels: list[ChannelView], deliveries: list[DeliveryView], undelivered: int
    ) -> None:
        """Assign only what changed, because every assigned value is sent to the browser."""
        if channels != self.channels:
            self.channels = channels
        if deliveries != self.deliveries:
            self.deliveries = deliveries
        if undelivered != self.undelivered:
            self.undelivered = undelivered


def _read() -> tuple[list[ChannelView], list[DeliveryView], int]:
    return (
        delivery_views.channel_views(),
        delivery_views.undelivered(_LIMIT),
        delivery_views.undelivered_count(),
    )
