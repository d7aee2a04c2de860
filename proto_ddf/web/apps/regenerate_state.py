"""Making an app anew from its source, which has changed: what that takes away, and how it goes."""

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

_MOST_FILES = 12


@dataclass
class Prospect:
    """What there is to know before an app is made anew."""

    slug: str = ""
    known: bool = False
    """Whether files were changed by hand can be told."""
    manual_edits: list[str] = field(default_factory=list)
    """Files that were, the first of them."""
    more: int = 0
    """How many more."""
    kept_in: str = ""
    """Where the code as it is now will be kept."""
    new_tables: list[str] = field(default_factory=list)


class RegenerateState(OperationMixin, rx.State):
    """The app of the address."""

    prospect: Prospect = Prospect()
    chosen: list[str] = []
    """New tables that the app is to have."""
    kept_in: str = ""
    """Where the code before is kept, once the app was made anew; empty otherwise."""
    starting: bool = False

    @rx.var
    def busy(self) -> bool:
        return self.starting or self.operation.state in ("pending", "running")

    @rx.event(background=True, supersedes=True)
    async def load(self) -> AsyncIterator[Any]:
        """Read what there is to know, and follow what is under way (on_load)."""
        async with self:
            slug = self._slug()
            self.starting = False  # a killed server could not say that it is over
            if slug != self.prospect.slug:
                # In a new state, what was chosen is what the page has told already.
                self.chosen = [] if self.prospect.slug else self.chosen
                self.prospect, self.kept_in = Prospect(slug=slug), ""
                self._forget_operation()
            self._retry_by("load")
        try:
            prospect, last = await asyncio.to_thread(_look, slug)
        except Exception as error:
            async with self:
                shown = self.handle_error(error, "show app", app=slug)
            yield shown
            return
        async with self:
            self._clear_error()
            self.prospect = prospect
            self.chosen = [name for name in self.chosen if name in prospect.new_tables]
            watched = self._watch(last.id) if last else None
        if watched:
            yield watched

    @rx.event
    def choose_table(self, name: str, wanted: bool, chosen: list[str]) -> None:
        """Take a new table, or leave it; `chosen` are those that the page shows as taken before."""
        others = [str(each) for each in chosen if each != name]
        is_new = name in self.prospect.new_tables or not self.prospect.slug
        self.chosen = [*others, str(name)] if wanted and is_new else others

    @rx.event(background=True)
    async def regenerate(self, chosen: list[str]) -> AsyncIterator[Any]:
        """Start it with the new tables that the page shows as taken; a second click while it is under way does nothing."""
        async with self:
            slug = self.prospect.slug or self._slug()
            if not slug or self.busy:
                return
            self.starting, self.kept_in = True, ""
            self._retry_by("regenerate", chosen)
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
            watch = self._watch(operation_id)
        yield watch

    @rx.event
    def dismiss_kept(self) -> None:
        self.kept_in = ""

    def _slug(self) -> str:
        return self.router.url.path.rstrip("/").rsplit("/", 1)[-1]

    def _operation_over(self) -> Any:
        if self.operation.state == "failed":
            return None
        if self.operation.state == "succeeded":
            checked = self.operation.output.get("check")
            self.kept_in = str(checked.get("previous", "")) if isinstance(checked, dict) else ""
            self.chosen = []
        self._forget_operation()
        return RegenerateState.load


def _look(slug: str) -> tuple[Prospect, OperationView | None]:
    """What there is to know of an app, and the regeneration that its page should show: under way, or the
    last one if it failed and can be tried again."""
    app = hosted.get_app(slug)
    if app is None:
        return Prospect(slug=slug), None
    last = service.last_for(slug, KIND)
    shown = last if last and last.state in ("pending", "running", "failed") else None
    files = manual_edits(folder(slug))
    new_tables = [line.table for line in app.source_changes if _is_new_table(line)]
    prospect = Prospect(
        slug=slug,
        known=files is not None,
        manual_edits=(files or [])[:_MOST_FILES],
        more=max(0, len(files or []) - _MOST_FILES),
        kept_in=str(previous_folder(slug)),
        new_tables=new_tables,
    )
    return prospect, shown


def _is_new_table(line: ChangeLine) -> bool:
    return line.tone == "added" and not line.what
