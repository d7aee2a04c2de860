"""State of the page of one source: its tables, and renaming, refreshing and deleting it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, ClassVar

import reflex as rx

from proto_ddf.errors import ValidationError
from proto_ddf.operations import service
from proto_ddf.operations.kinds.source_inputs import (
    DeleteSourceInput,
    RefreshSourceInput,
    TypeColumnInput,
)
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.schema.column_types import ChosenType
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, TableInfo
from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.shared.state.schema_changes import ChangesView, changes_view
from proto_ddf.web.shared.state.second_click import is_second_click
from proto_ddf.web.sources.detail.preview_state import PreviewState
from proto_ddf.web.sources.detail.type_candidates import CandidateRow, accepted, candidate_row
from proto_ddf.web.sources.list_state import SourceRow, shown_rows, source_row


@dataclass
class ColumnRow:
    """One column, in words."""

    name: str = ""
    type: str = ""
    db_type: str = ""
    primary_key: bool = False
    unique: bool = False
    required: bool = False
    references: str = ""
    """"customers.id", if it is a foreign key."""
    suggested: bool = False
    """Whether the reference is only suggested, from names and values."""
    limits: str = ""
    """"at most 64 characters, 0 to 100"."""
    typed: bool = False
    """Whether people may choose its type."""
    chosen: str = ""
    """The chosen type; empty if the type is that found in the file."""
    candidates: list[CandidateRow] = field(default_factory=list)
    empty: str = ""
    """"“-”, “n/a”": texts that are read as no value, because a person said so."""
    comment: str = ""
    """What the source says about it."""


@dataclass
class TableRow:
    """One table."""

    name: str = ""
    row_count: int = 0
    estimated: bool = False
    """Whether the row count is an estimate."""
    is_view: bool = False
    comment: str = ""
    """What the source says about it."""
    columns: list[ColumnRow] = field(default_factory=list)


_Given = RefreshSourceInput | DeleteSourceInput | TypeColumnInput
_KINDS = {
    "refresh": ("refresh_source", "refresh source"),
    "delete": ("delete_source", "delete source"),
    "choose_type": ("type_column", "change a type"),
    "accept_candidate": ("type_column", "change a type"),
}
"""For each handler, the kind of operation that it starts, and what it does, in words."""
_DONE = {"type_column": "The type is changed."}


TYPED_NAME = "typed name"
"""The name of the control of a new name in the form that is sent. It must not be the control's id."""


class SourceDetailState(OperationMixin, rx.State):
    """The source whose id is in the address."""

    _form_fields: ClassVar[frozenset[str]] = frozenset({"name"})

    source: SourceRow = SourceRow()
    changes: ChangesView = ChangesView()
    places: list[str] = []
    """Where its data are: paths, or "shop on localhost:5432"."""
    tables: list[TableRow] = []
    known: str = ""
    """"" while loading, then "yes" or "no"."""
    renaming: bool = False
    new_name: str = ""

    @rx.var
    def busy(self) -> bool:
        """Whether an operation on the source is running."""
        return self.operation.state in ("pending", "running")

    @rx.event(background=True, supersedes=True)
    async def load(self) -> AsyncIterator[Any]:
        """Read the source, follow its operation, and open its table."""
        async with self:
            source_id = PurePosixPath(self.router.url.path).name
            if source_id != self.source.id:
                self.known = ""
                self._show_operation(None)
            self.renaming = False
            self._retry_by("load")
        try:
            view, last = await asyncio.to_thread(_read, source_id)
        except Exception as error:
            async with self:
                shown = self.handle_error(error, "show the source", source=source_id)
            yield shown
            return
        async with self:
            self._clear_error()
            self._show_source(view)
            events: list[Any] = []
            if view is not None:
                events.append(
                    PreviewState.open_source(source_id, [table.name for table in self.tables])
                )
            if last is not None:
                events.append(self._watch(last.id))
        for event in events:
            yield event

    @rx.event
    def start_renaming(self) -> None:
        self.new_name = self.source.name
        self.field_errors = {}
        self.renaming = True

    @rx.event
    def set_renaming(self, is_open: bool) -> None:
        self.renaming = bool(is_open)

    @rx.event
    def set_new_name(self, name: str) -> None:
        self.new_name = name
        self._clear_field_error("name")

    @rx.event(background=True)
    async def rename(self, source_id: str, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Give the source the name that was typed."""
        name = str(form.get(TYPED_NAME, ""))
        async with self:
            self._retry_by("rename", source_id, form)
        try:
            view = await asyncio.to_thread(store.rename_source, source_id, name)
        except Exception as error:
            async with self:
                shown = self.handle_error(error, "rename source", source=source_id)
                self.renaming = not self.error_shown
            yield shown
            return
        async with self:
            self._clear_error()
            self.renaming = False
            if self.source.id == source_id:
                self._show_source(view)

    @rx.event(background=True)
    async def refresh(self, source_id: str) -> AsyncIterator[Any]:
        """Read its tables again."""
        given = RefreshSourceInput(source_id=str(source_id))
        async for event in self._begin("refresh", given, source_id):
            yield event

    @rx.event(background=True)
    async def choose_type(self, table: str, column: str, chosen: str) -> AsyncIterator[Any]:
        """Give a column another type; an empty one restores the type found in the file."""
        if chosen and chosen not in list(ChosenType):
            return
        given = TypeColumnInput(
            source_id=self.source.id,
            table=table,
            column=column,
            type=ChosenType(chosen) if chosen else None,
        )
        async for event in self._begin("choose_type", given, table, column, chosen):
            yield event

    @rx.event(background=True)
    async def accept_candidate(
        self, source_id: str, table: str, column: str, chosen: str
    ) -> AsyncIterator[Any]:
        """Give a column a suggested type; texts that do not fit become empty."""
        given = await asyncio.to_thread(accepted, source_id, table, column, chosen)
        if given is None:
            return
        async for event in self._begin("accept_candidate", given, source_id, table, column, chosen):
            yield event

    @rx.event(background=True)
    async def delete(self, source_id: str) -> AsyncIterator[Any]:
        """Delete the source and its uploads."""
        given = DeleteSourceInput(source_id=str(source_id))
        async for event in self._begin("delete", given, source_id):
            yield event

    async def _begin(self, handler: str, given: _Given, *args: str) -> AsyncIterator[Any]:
        source_id = given.source_id
        async with self:
            if not source_id or is_second_click(self.operation.state in ("pending", "running")):
                return
            self._retry_by(handler, *args)
        kind, doing = _KINDS[handler]
        try:
            operation_id = await asyncio.to_thread(service.start, kind, given)
        except Exception as error:
            async with self:
                shown = self.handle_error(error, doing, source=source_id)
            yield shown
            return
        async with self:
            self._clear_error()
            watch = self._watch(operation_id) if self.source.id == source_id else None
        if watch:
            yield watch

    def _operation_ended(self) -> Any:
        over = self.operation
        if over.state != "succeeded":
            return None
        self._show_operation(None)
        if over.kind == "delete_source":
            return [rx.toast.success(f"{self.source.name} is deleted."), rx.redirect("/sources")]
        done = _DONE.get(over.kind) or _refresh_result(over)
        return [rx.toast.success(done), SourceDetailState.load]

    def _show_source(self, view: SourceView | None) -> None:
        self.known = "yes" if view else "no"
        self.source = source_row(view) if view else SourceRow()
        self.places = _places(view.config) if view else []
        self.tables = _table_rows(view) if view else []
        self.changes = changes_view(view)


def _read(source_id: str) -> tuple[SourceView | None, OperationView | None]:
    """The source, and the operation on it that its page should show: a running one, or one that failed after the
    source was last written."""
    try:
        view = store.get_source(source_id)
    except ValidationError:
        return None, None
    last = service.last_for(source_id)
    if last is None:
        return view, None
    failed = last.state == "failed" and (last.finished_at or "") > view.updated_at
    return view, last if failed or last.state in ("pending", "running") else None


def _refresh_result(over: OperationView) -> str:
    saved = over.output.get("save")
    changes = saved.get("news") if isinstance(saved, dict) else ""
    return f"The tables have been read again: {changes or 'nothing has changed'}."


def _places(config: dict[str, Any]) -> list[str]:
    if "host" in config:
        return [f"{config['database']} on {config['host']}:{config['port']}"]
    paths = config.get("paths") or [config.get("path")]
    return [str(path) for path in paths if path]


def _table_rows(view: SourceView) -> list[TableRow]:
    typed = view.kind in KINDS and KINDS[view.kind].typed
    types, empty = (view.config.get(name, {}) for name in ("types", "empty"))
    return [
        _table_row(table, typed, types.get(table.name, {}), empty.get(table.name, {}))
        for table in view.schema.tables
    ]


def _table_row(
    table: TableInfo, typed: bool, chosen: dict[str, str], empty: dict[str, list[str]]
) -> TableRow:
    references = {
        column: (f"{key.target_table}.{target}", key.suggested)
        for key in table.foreign_keys
        for column, target in zip(key.columns, key.target_columns, strict=False)
    }
    rows = [
        _column_row(column, table, *references.get(column.name, ("", False)))
        for column in table.columns
    ]
    for row in rows:
        row.typed = typed and row.type != ColumnType.BINARY.value
        row.chosen = chosen.get(row.name, "")
        row.empty = ", ".join(f"“{text}”" for text in empty.get(row.name, []))
    return TableRow(
        name=table.name,
        row_count=shown_rows(table),
        estimated=table.row_count_estimated,
        is_view=table.is_view,
        comment=table.comment,
        columns=rows,
    )


def _column_row(
    column: ColumnInfo, table: TableInfo, references: str, suggested: bool
) -> ColumnRow:
    primary = column.primary_key or column.name in table.primary_key
    return ColumnRow(
        name=column.name,
        type=column.type.value,
        db_type=column.db_type if column.db_type.lower() != column.type.value else "",
        primary_key=primary,
        unique=column.unique and not primary,
        required=not column.nullable,
        references=references,
        suggested=suggested,
        limits=_limits(column),
        comment=column.comment,
        candidates=[candidate_row(candidate) for candidate in column.type_candidates],
    )


def _limits(column: ColumnInfo) -> str:
    found = []
    if column.max_length is not None:
        found.append(f"at most {column.max_length} characters")
    if column.choices:
        found.append("one of " + ", ".join(column.choices))
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        found.append(f"{low:g} to {high:g}")
    elif low is not None:
        found.append(f"at least {low:g}")
    elif high is not None:
        found.append(f"at most {high:g}")
    return ", ".join(found)
