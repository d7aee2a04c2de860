"""The state of a row's form: what it is filled with, its errors, and its save.

Everything that decides what is written is also sent by the form (see row_snapshot.py). So a form that was left open is
saved as it is shown, even if the server lost this state.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import uuid4

import reflex as rx

from ..conflicts import Conflict, Version
from ..errors import DataError, Problem
from ..form_values import ControlValue
from ..keys import NEW
from ..relations import Option, search_options
from ..row_forms import RowForm
from ..row_page import Saved, save_form
from ..row_snapshot import read_snapshot
from ..submissions import AddedBefore
from ..views import TableView

_FORM_KEY = re.compile(r"/[\w./?=&%+~-]*", re.ASCII)
PROCESS = uuid4().hex
"""Identifies this process."""


class FormMixin(rx.State, mixin=True):
    """The form of one row of one table. The state that has it sets the table in `view`."""

    view: ClassVar[TableView]

    name: str = ""
    saving: bool = False
    form_problem: Problem = Problem()
    """Why the form was not saved, or the row not deleted."""
    form_key: str = ""
    """The key of the form's drafts: the address of the row's page."""
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
    _saved_by: str = ""
    """The process of the running or last save; a save ends with its process."""

    @rx.event(background=True)
    async def save(self, form: dict[str, Any]):
        """Create or update the row from the form, which includes what it was filled with."""
        async with self:
            self.saving, self.wrong, self.form_problem = True, {}, Problem()
            self._saved_by = PROCESS
            if self._is_of(form):
                await self._keep_open()
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
        yield forget_draft(str(form.get("_form", "")), read_snapshot(form["_snapshot"]).token)
        if saved.was_added_before:
            yield rx.toast.info("This row was added already.")
        else:
            yield rx.toast.success("Row added." if saved.before == NEW else "Changes saved.")
        for event in self._after(saved):
            yield event

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

    def _is_of(self, form: dict[str, Any]) -> bool:
        """Whether the tab shows this form."""
        raise NotImplementedError

    async def _keep_open(self) -> None:
        """Show the form, which a person has sent, although the server may have lost that it is open."""
        raise NotImplementedError

    def _after(self, saved: Saved) -> Sequence[Any]:
        """The events that show the row after it was saved."""
        raise NotImplementedError

    def _fill(self, form: RowForm, key: str) -> None:
        self.inputs, self.snapshot = form.inputs, form.snapshot.as_json()
        self.wrong, self.form_key = form.wrong, key
        self.form_version += 1

    def _start_over(self) -> None:
        """Forget what belongs to a form that was open before."""
        self.form_problem, self.picker = Problem(), ""
        self.wrong, self.conflicts, self.conflict_fingerprints = {}, [], "{}"
        self.added_at = ""
        self.saving = self.saving and self._saved_by == PROCESS

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

    async def _find_options(self, name: str, words: str) -> None:
        try:
            self.options = await asyncio.to_thread(search_options, self.view, name, words)
        except DataError as error:
            self.picker, self.form_problem = "", error.problem


def forget_draft(form_key: str, token: str = "") -> rx.event.EventSpec:
    """Tell the browser that the form was saved, so that it removes the draft. A form of a new row has a token."""
    known = form_key if _FORM_KEY.fullmatch(form_key) else ""
    return rx.call_script(
        f"window.protoDDF?.formSaved?.({json.dumps(known)},"
        f" {json.dumps(token if token.isalnum() else '')})"
    )
