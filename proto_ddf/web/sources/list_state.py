"""State of the list of sources."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.schema.model import TableInfo
from proto_ddf.web.shared.state.errors import ErrorMixin
from proto_ddf.web.shared.state.live import refresh_signals

_REFRESH_SECONDS = 5.0


@dataclass
class SourceRow:
    """One line of the list."""

    id: str = ""
    name: str = ""
    kind: str = ""
    kind_label: str = ""
    live: bool = False
    """Whether apps work on the source itself."""
    table_count: int = 0
    row_count: int = 0
    rows_estimated: bool = False
    apps: list[str] = field(default_factory=list)
    """Names of the apps that use it."""
    updated_at: str = ""


def source_row(view: SourceView) -> SourceRow:
    tables = view.schema.tables
    return SourceRow(
        id=view.id,
        name=view.name,
        kind=view.kind,
        kind_label=view.kind_label,
        live=view.kind in KINDS and KINDS[view.kind].live,
        table_count=len(tables),
        row_count=sum(shown_rows(table) for table in tables),
        rows_estimated=any(table.row_count_estimated for table in tables),
        apps=view.apps,
        updated_at=view.updated_at,
    )


def shown_rows(table: TableInfo) -> int:
    """The rows of a table. An estimate is rounded to two digits."""
    rows = table.row_count
    return round(rows, 2 - len(str(rows))) if table.row_count_estimated and rows > 99 else rows


def kind_icons() -> list[tuple[str, str]]:
    """Each kind's name and its icon."""
    return [(kind.name, kind.icon) for kind in KINDS.values()]


class SourcesState(ErrorMixin, rx.State):
    """Every connected source."""

    rows: list[SourceRow] = []
    loaded: bool = False

    @rx.event
    def load(self) -> EventSpec:
        self._retry_by("follow")
        return SourcesState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> AsyncIterator[Any]:
        """Read the list, and again after each change while the page is open."""
        async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
            try:
                rows = [source_row(view) for view in await asyncio.to_thread(store.list_sources)]
            except Exception as error:
                async with self:
                    shown = self.handle_error(error, "list the sources")
                yield shown
                return
            async with self:
                if self.error_message:
                    self._clear_error()
                if rows != self.rows or not self.loaded:
                    self.rows, self.loaded = rows, True
