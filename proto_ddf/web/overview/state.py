"""State of the overview: apps, sources, and the latest operations and errors."""

import asyncio

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from proto_ddf.hosting import apps
from proto_ddf.monitoring import error_views
from proto_ddf.operations import service
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.connected import store
from proto_ddf.web.errors.rows import ErrorRow, error_row
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals

_REFRESH_SECONDS = 3.0
_ROWS = 5


class AppCard(BaseModel):
    slug: str
    name: str
    description: str
    state: str
    address: str


class SourceCard(BaseModel):
    id: str
    name: str
    kind_label: str
    tables: int
    apps: int


class Overview(BaseModel):
    apps: list[AppCard] = []
    sources: list[SourceCard] = []
    operations: list[OperationView] = []
    errors: list[ErrorRow] = []
    """Unresolved errors."""


class OverviewState(LiveMixin, rx.State):
    """The overview, read as a whole and refreshed while the page is open."""

    overview: Overview = Overview()

    @rx.event
    def load(self) -> EventSpec:
        return OverviewState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                overview = await asyncio.to_thread(read_overview)
                async with self:
                    if overview != self.overview:
                        self.overview = overview
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show the overview")
        return None


def read_overview() -> Overview:
    """The current overview. It reads the database, so it must not run in the event loop."""
    errors = [error_row(record) for record in error_views.recent_errors(_ROWS * 4)]
    return Overview(
        apps=[
            AppCard(
                slug=app.slug,
                name=app.name,
                description=app.description,
                state=app.state,
                address=app.address or "",
            )
            for app in apps.list_apps()
        ],
        sources=[
            SourceCard(
                id=source.id,
                name=source.name,
                kind_label=source.kind_label,
                tables=len(source.schema.tables),
                apps=len(source.apps),
            )
            for source in store.list_sources()
        ],
        operations=service.recent(_ROWS),
        errors=[error for error in errors if not error.resolved][:_ROWS],
    )
