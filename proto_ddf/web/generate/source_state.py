"""State of choosing a source and its tables, and of making the plan for them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from pydantic import BaseModel
from reflex.event import EventSpec

from proto_ddf.generator.planning import plan_edit
from proto_ddf.operations.planning import plan_tables
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.web.generate.draft import TableChoice
from proto_ddf.web.generate.plan_state import PlanMixin


class SourceChoice(BaseModel):
    id: str
    label: str
    live: bool
    tables: dict[str, int]
    """Row count by table."""
    shape: str
    """A hash of its tables and columns."""


class SourceMixin(PlanMixin, mixin=True):
    """The sources to choose from, the chosen tables, and the events that choose tables."""

    sources: list[SourceChoice] = []
    source_id: str = ""
    live: bool = True
    """Whether the app works on the source itself, not on a copy."""
    tables: list[TableChoice] = []
    loaded: bool = False
    planning: bool = False

    _planned_shape: str = ""
    """The hash of the source's schema when the source was chosen."""
    _wanted_source: str = ""
    """The source that was chosen before the sources were read."""

    @rx.var
    def all_tables(self) -> bool:
        return all(table.chosen for table in self.tables)

    def _source_to_show(self) -> str:
        """The source to choose now; empty if it is already chosen and its schema has not changed."""
        ids = {source.id: source.shape for source in self.sources}
        asked = self._wanted_source or self.router.url.query_parameters.get("source", "")
        self._wanted_source = ""
        if self.source_id and self.source_id not in ids:
            self.source_id, self.tables = "", []
            self._set_plan(None)
        wanted = (
            asked if asked in ids else self.source_id or ("".join(ids) if len(ids) == 1 else "")
        )
        planned = wanted == self.source_id and self._planned_shape == ids.get(wanted)
        return "" if planned and self.has_plan else wanted

    @rx.event
    def toggle_table(self, name: str, chosen: bool) -> EventSpec | None:
        return self._choose_tables({str(name): bool(chosen)})

    @rx.event
    def toggle_all_tables(self, chosen: bool) -> EventSpec | None:
        return self._choose_tables({table.name: bool(chosen) for table in self.tables})

    def _choose_tables(self, choices: dict[str, bool]) -> EventSpec | None:
        self.tables = [
            table.model_copy(update={"chosen": choices.get(table.name, table.chosen)})
            for table in self.tables
        ]
        self._keep()
        self._clear_field_error("tables")
        kept = set(self._chosen_tables())
        planned = [table.table for table in self.plan.tables]
        if not kept.intersection(planned):
            self._set_plan(None)
        else:
            plan = self.plan
            for gone in set(planned) - kept:
                plan = plan_edit.remove_table(plan, gone)
            self._set_plan(plan)
        return self.__class__.extend_plan if kept else None

    @rx.event(background=True, supersedes=True)
    async def extend_plan(self) -> AsyncIterator[Any]:
        """Add chosen tables that are missing to the plan. Changes to the plan stay."""
        async with self:
            source_id, known = self.source_id, self.plan if self.has_plan else None
            before = self.plan.model_dump()
            chosen = self._chosen_tables()
            self.planning = True
        try:
            plan = await asyncio.to_thread(plan_tables, source_id, chosen, known)
        except Exception as error:
            async with self:
                self.planning = False
                self._retry_by("extend_plan")
                shown = self.handle_error(error, "plan the app", source=source_id)
            yield shown
            return
        async with self:
            self.planning = False
            if self._retry_handler == "extend_plan":
                self._clear_error()
            if (source_id, chosen) != (self.source_id, self._chosen_tables()):
                return  # a newer choice has started its own planning
            changed = self.plan.model_dump() != before
            if not changed:
                self._set_plan(plan)
        if changed:
            yield self.__class__.extend_plan

    def _chosen_tables(self) -> list[str]:
        return [table.name for table in self.tables if table.chosen]

    def _keep(self) -> None:
        """Override to store the form."""


def read_sources() -> list[SourceChoice]:
    return [
        SourceChoice(
            id=source.id,
            label=f"{source.name} ({source.kind_label})",
            live=KINDS[source.kind].live,
            tables={table.name: table.row_count for table in source.schema.tables},
            shape=_shape(source.schema),
        )
        for source in store.list_sources()
    ]


def _shape(schema: SourceSchema) -> str:
    columns = [(table.name, [(c.name, c.type) for c in table.columns]) for table in schema.tables]
    return hashlib.sha256(repr(columns).encode()).hexdigest()
