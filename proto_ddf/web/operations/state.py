"""The list of operations, and the page of one."""

import asyncio

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.operations import service
from proto_ddf.operations.views import OperationView
from proto_ddf.web.shared.state.live import LiveMixin, looks
from proto_ddf.web.shared.state.operation import OperationMixin

_LOOK_SECONDS = 5.0
_LIMIT = 100
ALL = "all"
FILTERS = (ALL, "running", "succeeded", "failed", "cancelled")


class OperationsState(LiveMixin, rx.State):
    """What ran and runs, newest first."""

    operations: list[OperationView] = []
    only: str = ALL
    """One of FILTERS."""

    @rx.event
    def load(self) -> EventSpec:
        return OperationsState.follow

    @rx.event
    def show_only(self, state: str) -> EventSpec:
        """Filter by state; an unknown one is no filter."""
        self.only = state if state in FILTERS else ALL
        self.loaded = False
        return OperationsState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async for _ in looks(self, about=None, every=_LOOK_SECONDS):
                only = None if self.only == ALL else self.only
                operations = await asyncio.to_thread(service.recent, _LIMIT, state=only)
                async with self:
                    if operations != self.operations:
                        self.operations = operations
                    self._looked()
        except Exception as error:
            async with self:
                return self._look_failed(error, "list operations")
        return None


class OperationPageState(OperationMixin, rx.State):
    """One operation, named by the address."""

    @rx.event
    def load(self) -> EventSpec:
        operation_id = self.router.url.path.rstrip("/").rpartition("/")[2]
        if operation_id != self.operation.id:
            self._forget_operation()
        return self._watch(operation_id)
