"""States of the list of operations and of the page of one operation."""

import asyncio

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.operations import service
from proto_ddf.operations.views import OperationView
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals
from proto_ddf.web.shared.state.operation import OperationMixin

_REFRESH_SECONDS = 5.0
_LIMIT = 100
ALL = "all"
FILTERS = (ALL, "running", "succeeded", "failed", "cancelled")


class OperationsState(LiveMixin, rx.State):
    """The operations, newest first."""

    operations: list[OperationView] = []
    only: str = ALL
    """One of FILTERS."""

    @rx.event
    def load(self) -> EventSpec:
        return OperationsState.follow

    @rx.event
    def show_only(self, state: str) -> EventSpec:
        """Filter by state. An unknown state removes the filter."""
        self.only = state if state in FILTERS else ALL
        self.loaded = False
        return OperationsState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                only = None if self.only == ALL else self.only
                operations = await asyncio.to_thread(service.recent, _LIMIT, state=only)
                async with self:
                    if operations != self.operations:
                        self.operations = operations
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "list operations")
        return None


class OperationPageState(OperationMixin, rx.State):
    """The operation whose id is in the address."""

    @rx.event
    def load(self) -> EventSpec:
        operation_id = self.router.url.path.rstrip("/").rpartition("/")[2]
        if operation_id != self.operation.id:
            self._forget_operation()
        return self._watch(operation_id)
