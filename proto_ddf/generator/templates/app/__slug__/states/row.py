"""The state of a row's page: its fields, its related rows, its form, and its deletion."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

import reflex as rx

from ..conflicts import Conflict
from ..consequences import Consequence
from ..errors import DataError, Problem
from ..formats import Cell
from ..keys import NEW, decode_key
from ..maps import MapLink
from ..row_page import Saved, consequences_of, delete_row, load_form, load_row
from ..sign_in import ONLY_READING, may_edit
from .form import FormMixin, forget_draft
from .linking import LinkMixin
from .listing import ListMixin
from .related import RelatedMixin


class RowMixin(FormMixin, LinkMixin, RelatedMixin, mixin=True):
    """One row of one table. The page's state sets the table in `view`."""

    list_state: ClassVar[type[ListMixin]]

    list_address: str = ""
    """The address of the list as this tab last showed it."""
    cells: list[Cell] = []
    """In the order of `view.visible_fields`."""
    maps: list[MapLink] = []
    """The places of the row."""
    loading: bool = True
    editing: bool = False
    problem: Problem = Problem()
    """Why the row cannot be shown."""
    read_only: str = ""
    """Why this row cannot be changed, although others can."""
    deleting: bool = False
    """Whether the dialog for deleting is open."""
    consequences: list[Consequence] = []

    @rx.var
    def prevented(self) -> bool:
        """Whether rows of other tables prevent the deletion of this one."""
        return any(each.prevents for each in self.consequences)

    @rx.event(background=True, supersedes=True)
    async def opened(self):
        """When the page is opened: load its row, or an empty form for a new one."""
        async with self:
            self.loading, self.problem = True, Problem()
            self._start_over()
            self.editing = self.deleting = False
            self.read_only, self.link_picker, self.link_problem = "", "", Problem()
            is_new, key_text = self._is_new(), self._key_text()
            self.name = f"New {self.view.noun}" if is_new else ""
            asked = dict(self.router.url.query_parameters)
            key = decode_key(self.view, key_text)
            self.list_address = (await self.get_state(self.list_state))._shown_address()
        try:
            if is_new:
                loaded = await asyncio.to_thread(load_form, self.view, NEW, asked)
            else:
                loaded = await asyncio.to_thread(load_row, self.view, key, key_text)
        except DataError as error:
            async with self:
                self.loading, self.problem = False, error.problem
            return
        async with self:
            self.name = loaded.name or self.name
            self.cells, self.linked, self.maps = loaded.cells, loaded.linked, loaded.maps
            self._begin_related(loaded.related)
            self.read_only = loaded.form.read_only if may_edit() else ONLY_READING
            self._fill(loaded.form, self._form_key())
            self.editing = (self.editing or is_new) and not self.read_only
            self.loading = False
        await self._read_related(loaded.related)

    @rx.event
    def edit(self):
        """Show the form instead of the fields."""
        if self.view.editable and not self.read_only:
            self.editing, self.wrong, self.form_problem = True, {}, Problem()

    @rx.event
    def cancel(self):
        """Leave the form without saving."""
        if self._is_new():
            return rx.redirect(f"/{self.view.route}")
        self.editing = False
        return self.__class__.opened

    @rx.event
    async def ask_delete(self):
        """Open the dialog for deleting, which lists what would be lost with the row."""
        key = decode_key(self.view, self._key_text())
        if not self.view.editable or key is None:
            return
        self.form_problem, self.conflicts = Problem(), []
        try:
            self.consequences = await asyncio.to_thread(consequences_of, self.view, key)
            self.deleting = True
        except DataError as error:
            self.form_problem = error.problem

    @rx.event
    def close_delete(self, is_open: bool):
        """Close the dialog for deleting."""
        self.deleting, self.conflicts = bool(is_open), []

    @rx.event
    async def confirm_delete(self, snapshot: str, page: str):
        """Delete the row that was shown on that page, and go back to the list."""
        is_here = page == self._form_key()
        if is_here:
            self.deleting = False
        try:
            await asyncio.to_thread(delete_row, self.view, snapshot)
        except Conflict as conflict:
            return await self._ask_again(conflict) if is_here else None
        except DataError as error:
            if is_here:
                self.form_problem = error.problem
            return None
        if not is_here:
            return None
        return [
            forget_draft(page),
            rx.toast.success("Row deleted."),
            rx.redirect(f"/{self.view.route}"),
        ]

    def _is_new(self) -> bool:
        return self._key_text() == NEW and self.view.editable

    def _key_text(self) -> str:
        return self.router.url.path.rstrip("/").rpartition("/")[2]

    def _form_key(self) -> str:
        asked = dict(self.router.url.query_parameters) if self._is_new() else {}
        return f"/{self.view.route}/{self._key_text()}" + _as_query(asked)

    def _is_of(self, form: dict[str, Any]) -> bool:
        return form.get("_form") == self._form_key()

    async def _keep_open(self) -> None:
        self.editing = True

    def _after(self, saved: Saved) -> Sequence[Any]:
        if saved.key != saved.before:
            return [rx.redirect(f"/{self.view.route}/{saved.key}")]
        return [self.__class__.opened]

    async def _ask_again(self, conflict: Conflict) -> None:
        """Show the current values of the row before it is deleted."""
        try:
            key = decode_key(self.view, self._key_text())
            loaded = await asyncio.to_thread(load_row, self.view, key, self._key_text())
        except DataError as error:
            self.form_problem = error.problem
            return
        self.name, self.cells, self.maps = loaded.name, loaded.cells, loaded.maps
        self._fill(loaded.form, self.form_key)
        self.conflicts, self.deleting = conflict.versions, True


def _as_query(asked: dict[str, str]) -> str:
    return f"?{urlencode(asked)}" if asked else ""
