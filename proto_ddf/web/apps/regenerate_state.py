"""State of regenerating an app whose source has changed: its effects, and the running operation."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from proto_ddf.generator.code.manual_edits import manual_edits
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting.launch import folder, previous_folder
from proto_ddf.operations import service
from proto_ddf.operations.kinds.regenerate import KIND, RegenerateAppInput
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.schema.diff import ChangeLine
from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.shared.state.second_click import is_second_click

_MOST_FILES = 12


@dataclass
class RegeneratePreview:
    """The effects of regenerating an app, shown before it starts."""

    slug: str = ""
    known: bool = False
    """Whether it is known which files were changed by hand."""
    manual_edits: list[str] = field(default_factory=list)
    """The first files that were changed by hand."""
    more: int = 0
    """How many more files were."""
    kept_in: str = ""
    """Where the present code will be kept."""
    new_tables: list[str] = field(default_factory=list)


class RegenerateState(OperationMixin, rx.State):
    """The app whose slug is in the address."""

    preview: RegeneratePreview = RegeneratePreview()
    chosen: list[str] = []
    """New tables to add to the app."""
    kept_in: str = ""
    """Where the previous code is, after the app was regenerated; otherwise empty."""
    starting: bool = False

    @rx.var
    def busy(self) -> bool:
        return self.starting or self.operation.state in ("pending", "running")

    @rx.event(background=True, supersedes=True)
    async def load(self) -> AsyncIterator[Any]:
        """Read the preview, and follow a running regeneration (on_load)."""
        async with self:
            slug = self._slug()
            self.starting = False  # it is left over if the server was killed meanwhile
            if slug != self.preview.slug:
                # If the state is new, `chosen` comes from an event of this page and is kept.
                self.chosen = [] if self.preview.slug else self.chosen
                self.preview, self.kept_in = RegeneratePreview(slug=slug), ""
                self._forget_operation()
            self._retry_by("load")
        try:
            preview, last = await asyncio.to_thread(_read_preview, slug)
        except Exception as error:
            async with self:
                shown = self.handle_error(error, "show app", app=slug)
            yield shown
            return
        async with self:
            self._clear_error()
            self.preview = preview
            self.chosen = [name for name in self.chosen if name in preview.new_tables]
            watched = self._watch(last.id) if last else None
        if watched:
            yield watched

    @rx.event
    def choose_table(self, name: str, wanted: bool, chosen: list[str]) -> None:
        """Add a new table, or leave it out; `chosen` are the tables that the page showed as chosen before."""
        others = [str(each) for each in chosen if each != name]
        is_new = name in self.preview.new_tables or not self.preview.slug
        self.chosen = [*others, str(name)] if wanted and is_new else others

    @rx.event(background=True)
    async def regenerate(self, slug: str, chosen: list[str]) -> AsyncIterator[Any]:
        """Start the regeneration with the new tables that the page shows as chosen. A second click while it runs does
        nothing."""
        async with self:
            if is_second_click(self.busy):
                return
            self.starting, self.kept_in = True, ""
            self._retry_by("regenerate", slug, chosen)
            given = RegenerateAppInput(slug=slug, add_tables=[str(each) for each in chosen])
        try:
            operation_id = await asyncio.to_thread(service.start, KIND, given)
        except Exception as error:
            async with self:
                self.starting = False
                shown = self.handle_error(error, "regenerate app", app=slug)
            yield shown
            return
        async with self:
            self._clear_error()
            self.starting = False
            watch = self._watch(operation_id) if self._slug() == slug else None
        if watch:
            yield watch

    @rx.event
    def dismiss_kept(self) -> None:
        self.kept_in = ""

    def _slug(self) -> str:
        return self.router.url.path.rstrip("/").rsplit("/", 1)[-1]

    def _operation_ended(self) -> Any:
        if self.operation.state == "failed":
            return None
        if self.operation.state == "succeeded":
            checked = self.operation.output.get("check")
            self.kept_in = str(checked.get("previous", "")) if isinstance(checked, dict) else ""
            self.chosen = []
        self._forget_operation()
        return RegenerateState.load


def _read_preview(slug: str) -> tuple[RegeneratePreview, OperationView | None]:
    """The preview, and the regeneration that the page should show: the running one, or the last one if it failed and
    can be tried again."""
    app = hosted.get_app(slug)
    if app is None:
        return RegeneratePreview(slug=slug), None
    last = service.last_for(slug, KIND)
    shown = last if last and last.state in ("pending", "running", "failed") else None
    files = manual_edits(folder(slug))
    new_tables = [line.table for line in app.source_changes if _is_new_table(line)]
    preview = RegeneratePreview(
        slug=slug,
        known=files is not None,
        manual_edits=(files or [])[:_MOST_FILES],
        more=max(0, len(files or []) - _MOST_FILES),
        kept_in=str(previous_folder(slug)),
        new_tables=new_tables,
    )
    return preview, shown


def _is_new_table(line: ChangeLine) -> bool:
    return line.tone == "added" and not line.what
