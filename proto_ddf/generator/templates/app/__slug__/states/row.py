"""The state of a row's page: its fields, its related rows, its form, and its deletion.

Everything that decides what is written is also sent by the form, and by the dialog for deleting (see row_snapshot.py).
So a form that was left open is saved as it is shown, even if the server lost this state.
"""

import asyncio
import json
import re
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import uuid4

import reflex as rx

from ..conflicts import Conflict, Version
from ..consequences import Consequence
from ..errors import DataError, Problem
from ..form_values import ControlValue
from ..formats import Cell
from ..keys import NEW, decode_key
from ..relations import Option, Related, search_options
from ..row_page import consequences_of, delete_row, load_blank, load_row, save_form
from ..row_snapshot import read_snapshot
from ..sign_in import ONLY_READING, may_edit
from ..submissions import AddedBefore
from ..views import TableView
from .linking import LinkMixin
from .listing import ListMixin

_FORM_KEY = re.compile(r"/[\w./?=&%+~-]*", re.ASCII)
PROCESS = uuid4().hex
"""Identifies this process."""


class RowMixin(LinkMixin, mixin=True):
    """One row of one table. The page's state sets the table in `view`."""

    view: ClassVar[TableView]
    list_state: ClassVar[type[ListMixin]]

    list_address: str = ""
    """The address of the list as this tab last showed it."""
    name: str = ""
    cells: list[Cell] = []
    """In the order of `view.visible_fields`."""
    related: list[Related] = []
    loading: bool = True
    editing: bool = False
    saving: bool = False
    problem: Problem = Problem()
    """Why the row cannot be shown."""
    form_problem: Problem = Problem()
    """Why the form was not saved, or the row not deleted."""
    read_only: str = ""
    """Why this row cannot be changed, although others can."""
    form_key: str = ""
    """The key of the form's drafts: the page's address."""
    snapshot: str = ""
    """What the row held when it was read, as JSON. The form and the dialog for deleting send it back."""
    inputs: dict[str, ControlValue] = {}
    """The initial values of the form's controls, by field."""
    wrong: dict[str, str] = {}
    """Messages about invalid fields, by field."""
    conflicts: list[Version] = []
    """Fields that somebody else changed too; the person has to choose a version of each."""
    added_at: str = ""
    """The address of the row that the form has already added, or of the list if that is unknown."""
    conflict_fingerprints: str = "{}"
    """The fingerprints of the conflicting fields in the database, as JSON. The form sends them back with the choice."""
    form_version: int = 0
    """Incremented when the form is filled again."""
    picker: str = ""
    """The relation's field whose options are open."""
    options: list[Option] = []
    deleting: bool = False
    """Whether the dialog for deleting is open."""
    consequences: list[Consequence] = []
    _saved_by: str = ""
    """The process of the running or last save; a save ends with its process."""

    @rx.var
    def prevented(self) -> bool:
        """Whether rows of other tables prevent the deletion of this one."""
        return any(each.prevents for each in self.consequences)

    @rx.event(background=True, supersedes=True)
    async def opened(self):
        """When the page is opened: load its row, or an empty form for a new one."""
        async with self:
            self.loading, self.problem, self.form_problem = True, Problem(), Problem()
            self.editing = self.deleting = False
            self.saving = self.saving and self._saved_by == PROCESS
            self.read_only, self.picker, self.link_picker = "", "", ""
            self.link_problem = Problem()
            self.wrong, self.conflicts, self.conflict_fingerprints = {}, [], "{}"
            self.added_at = ""
            is_new, key_text = self._is_new(), self._key_text()
            self.name = f"New {self.view.noun}" if is_new else ""
            asked = dict(self.router.url.query_parameters)
            key = decode_key(self.view, key_text)
            self.list_address = (await self.get_state(self.list_state))._shown_address()
        try:
            if is_new:
                loaded = await asyncio.to_thread(load_blank, self.view, asked)
            else:
                loaded = await asyncio.to_thread(load_row, self.view, key, key_text)
        except DataError as error:
            async with self:
                self.loading, self.problem = False, error.problem
            return
        async with self:
            self.name = loaded.name or self.name
            self.cells, self.related, self.linked = loaded.cells, loaded.related, loaded.linked
            self.inputs, self.snapshot = loaded.form.inputs, loaded.form.snapshot.as_json()
            self.read_only = loaded.form.read_only if may_edit() else ONLY_READING
            self.wrong = loaded.form.wrong
            self.form_key = self._form_key()
            self.form_version += 1
            self.editing = (self.editing or is_new) and not self.read_only
            self.loading = False

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

    @rx.event(background=True)
    async def save(self, form: dict[str, Any]):
        """Create or update the row from the form, which includes what it was filled with."""
        async with self:
            self.saving, self.wrong, self.form_problem = True, {}, Problem()
            self._saved_by = PROCESS
            if self._is_of(form):
                self.editing = True  # a lost state shows the form again
        try:
            saved = await asyncio.to_thread(save_form, self.view, form)
        except DataError as error:
            async with self:
                self.saving = False  # first: a form that is being saved cannot get the focus
                is_here = self._is_of(form)
                if is_here:
                    self._refuse(error)
                first = next((f"field-{name}" for name in self.wrong), "form-problem")
            if is_here:
                yield rx.call_script(f"document.getElementById('{first}')?.focus()")
            return
        finally:
            async with self:
                self.saving = False
                is_here = self._is_of(form)
        if not is_here:
            return  # outbox.js tells what became of it on the page that is open now
        yield _forget_draft(str(form.get("_form", "")), read_snapshot(form["_snapshot"]).token)
        if saved.was_added_before:
            yield rx.toast.info("This row was added already.")
        else:
            yield rx.toast.success("Row added." if saved.before == NEW else "Changes saved.")
        if saved.key != saved.before:
            yield rx.redirect(f"/{self.view.route}/{saved.key}")
        else:
            yield self.__class__.opened

    @rx.event
    async def open_picker(self, name: str, is_open: bool):
        """Open or close the options of a relation's field."""
        self.picker, self.options = (name, []) if is_open else ("", [])
        if is_open:
            await self._find_options(name, "")

    @rx.event
    async def find_options(self, words: str):
        """Search the rows that the open relation can refer to."""
        await self._find_options(self.picker, words[:100])

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
            _forget_draft(page),
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
        """Whether the tab shows the page of this form."""
        return form.get("_form") == self._form_key()

    def _refuse(self, error: DataError) -> None:
        """Keep the form's content and show the errors: at their fields, or otherwise above the form."""
        asked = {each.name for each in self.view.form_fields}
        self.wrong = {name: message for name, message in error.fields.items() if name in asked}
        self.form_problem = error.problem
        elsewhere = [
            f"{self.view.by_name[name].label}: {message}"
            for name, message in error.fields.items()
            if name not in asked and name in self.view.by_name
        ]
        if elsewhere:
            self.form_problem = Problem("Not saved", " ".join(elsewhere))
        if isinstance(error, AddedBefore):
            self.added_at = error.address or f"/{self.view.route}"
        if isinstance(error, Conflict):
            again = {each.name for each in error.versions}
            decided = [each for each in self.conflicts if each.name not in again]
            self.conflicts = [*decided, *error.versions]  # earlier choices stay valid
            self.conflict_fingerprints = json.dumps(
                {each.name: each.now for each in self.conflicts}
            )

    async def _ask_again(self, conflict: Conflict) -> None:
        """Show the current values of the row before it is deleted."""
        try:
            key = decode_key(self.view, self._key_text())
            loaded = await asyncio.to_thread(load_row, self.view, key, self._key_text())
        except DataError as error:
            self.form_problem = error.problem
            return
        self.name, self.cells, self.related = loaded.name, loaded.cells, loaded.related
        self.inputs, self.snapshot = loaded.form.inputs, loaded.form.snapshot.as_json()
        self.form_version += 1
        self.conflicts, self.deleting = conflict.versions, True

    async def _find_options(self, name: str, words: str) -> None:
        try:
            self.options = await asyncio.to_thread(search_options, self.view, name, words)
        except DataError as error:
            self.picker, self.form_problem = "", error.problem


def _as_query(asked: dict[str, str]) -> str:
    return f"?{urlencode(asked)}" if asked else ""


def _forget_draft(form_key: str, token: str = "") -> rx.event.EventSpec:
    """Tell the browser that the form was saved, so that it removes the draft. A form of a new row has a token."""
    known = form_key if _FORM_KEY.fullmatch(form_key) else ""
    return rx.call_script(
        f"window.protoDDF?.formSaved?.({json.dumps(known)},"
        f" {json.dumps(token if token.isalnum() else '')})"
    )
