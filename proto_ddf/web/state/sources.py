"""The list of sources."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from proto_ddf.sources import store
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.store import SourceView
from proto_ddf.web.state.errors import ErrorMixin


@dataclass
class SourceRow:
    """One line of the list."""

    id: str = ""
    name: str = ""
    kind: str = ""
    kind_label: str = ""
    table_count: int = 0
    row_count: int = 0
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
        table_count=len(tables),
        row_count=sum(table.row_count for table in tables),
        apps=view.apps,
        updated_at=view.updated_at,
    )


def kind_icons() -> list[tuple[str, str]]:
    """Each kind's name and its icon."""
    return [(kind.name, kind.icon) for kind in KINDS.values()]


class SourcesState(ErrorMixin, rx.State):
    """Every connected source."""

    rows: list[SourceRow] = []
    loaded: bool = False

    @rx.event
    async def load(self) -> Any:
        """Read the list anew."""
        self._retry_handler = "load"
        try:
            views = await asyncio.to_thread(store.list_sources)
        except Exception as error:
            return self.handle_error(error, "list the sources")
        self._clear_error()
        self.rows = [source_row(view) for view in views]
        self.loaded = True
        return None
