"""The state of the selection of a list: what is done with the rows that a person has selected.

The browser knows which rows those are (see assets/selection.js). What decides what is written is also sent by the
dialogs, so that they do not depend on this state, which may be lost."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import reflex as rx

from ..consequences import Consequence
from ..data import fetch_rows
from ..errors import DataError, Problem
from ..form_values import ControlValue
from ..keys import decode_key
from ..relations import Option, search_options
from ..rows import Row
from ..selected_rows import (
    MOST,
    Chosen,
    consequences_of,
    delete_rows,
    edit_rows,
    editable_fields,
    keys_in,
    read_chosen,
)
from ..sign_in import may_edit
from ..views import TableView

Form = dict[str, Any]
NAMED = 10
"""Number of rows that a dialog names."""


class SelectionMixin(rx.State, mixin=True):
    """Edits a field of the selected rows, or deletes them."""

    view: ClassVar[TableView]

    rows: list[Row] = []
    """The page of the list."""
    total: int = -1
    problem: Problem = Problem()
    _cursors: list[tuple[Any, ...]] = []
    selected_task: str = ""
    """What is asked about the selected rows: "edit", "delete", or nothing."""
    selected_names: list[str] = []
    selected_more: int = 0
    """Number of selected rows that are not named."""
    selected_rows: str = ""
    """The rows, and what they held when the dialog was opened, as JSON."""
    selected_field: str = ""
    """The field to edit."""
    selected_blank: ControlValue = ControlValue()
    """The initial value of its control."""
    selected_version: int = 0
    """Incremented to draw the control again."""
    selected_working: bool = False
    selected_problem: Problem = Problem()
    selected_wrong: str = ""
    """A message about the value."""
    selected_picker: str = ""
    selected_options: list[Option] = []
    selected_consequences: list[Consequence] = []

    @rx.var
    def selected_count(self) -> int:
        """The number of rows that the dialog is about."""
        return len(self.selected_names) + self.selected_more

    @rx.var
    def selected_prevented(self) -> bool:
        """Whether rows of other tables prevent the deletion."""
        return any(each.prevents for each in self.selected_consequences)

    @rx.var
    def selected_page(self) -> str:
        """The page that a dialog is on; it sends it back."""
        return f"/{self.view.route}"

    @rx.event(background=True)
    async def ask_about_selected(self, task: str, hrefs: list[str]):
        """Open the dialog that edits or deletes the rows with these addresses, as they are now."""
        if task not in ("edit", "delete") or not self._may_change():
            return
        async with self:
            self.selected_problem, self.selected_wrong = Problem(), ""
            self.selected_consequences, self.selected_working = [], False
            if task == "edit" and not self.selected_field:
                self.selected_field = next((each.name for each in editable_fields(self.view)), "")
        await self._choose(task, [str(each).rpartition("/")[2] for each in hrefs[:MOST]])

    @rx.event
    def close_selected(self, is_open: bool):
        """Close the dialog."""
        if not is_open:
            self.selected_task, self.selected_picker = "", ""

    @rx.event
    def choose_selected_field(self, name: str):
        """Choose the field to edit."""
        if name in {each.name for each in editable_fields(self.view)}:
            self.selected_field, self.selected_wrong = name, ""
            self.selected_problem = Problem()
            self.selected_version += 1

    @rx.event
    async def open_selected_picker(self, name: str, is_open: bool):
        """Open or close the rows that the field can refer to."""
        self.selected_picker, self.selected_options = (name, []) if is_open else ("", [])
        if is_open:
            await self._find_selected_options("")

    @rx.event
    async def find_selected_options(self, words: str):
        """Search the rows that the field can refer to."""
        await self._find_selected_options(words[:100])

    @rx.event(background=True)
    async def edit_selected(self, form: dict[str, Any]):
        """Write the value of the form into a field of the rows that it names."""
        async for event in self._carry_out(edit_rows, form):
            yield event

    @rx.event(background=True)
    async def delete_selected(self, form: dict[str, Any]):
        """Delete the rows that the form names."""
        async for event in self._carry_out(delete_rows, form):
            yield event

    async def _carry_out(self, change: Callable[[TableView, Form], str], form: Form):
        async with self:
            is_here = self._is_list(form)
            if is_here:
                self.selected_working, self.selected_problem = True, Problem()
                self.selected_wrong = ""
        try:
            told = await asyncio.to_thread(change, self.view, form)
        except DataError as error:
            if is_here:
                await self._refuse_selected(error)
            return
        finally:
            async with self:
                self.selected_working = False
                is_here = self._is_list(form)
        if not is_here:
            return  # outbox.js tells what became of it on the page that is open now
        async with self:
            self.selected_task = ""
        await self._show_present()
        yield rx.call_script("window.protoDDF?.clearSelection?.()")
        yield rx.toast.success(told)
        async with self:
            is_empty = not self.rows
        if is_empty:
            yield self.__class__.reload

    async def _refuse_selected(self, error: DataError) -> None:
        """Show why nothing was changed, and the rows as they are now."""
        async with self:
            task, parts = self.selected_task, keys_in(self.selected_rows)
            self.selected_problem = error.problem
            self.selected_wrong = error.fields.get(self.selected_field, "")
        if task:
            await self._show_present()
            await self._choose(task, parts)

    async def _choose(self, task: str, parts: list[str]) -> None:
        """Open the dialog about the rows with these keys."""
        try:
            chosen = await asyncio.to_thread(read_chosen, self.view, parts)
            lost: list[Consequence] = []
            if task == "delete" and chosen.rows:
                lost = await asyncio.to_thread(consequences_of, self.view, chosen.seen)
        except DataError as error:
            async with self:
                self.problem = error.problem
            return
        async with self:
            self._show_chosen(chosen)
            self.selected_consequences = lost
            self.selected_task = task if chosen.rows else ""
            if not chosen.rows and self.selected_problem.title:
                self.problem = self.selected_problem
        if not chosen.rows:
            await self._show_present()

    def _show_chosen(self, chosen: Chosen) -> None:
        names = [row.name for row in chosen.rows]
        self.selected_names, self.selected_more = names[:NAMED], len(names[NAMED:])
        self.selected_rows = chosen.seen
        now = {row.href: row for row in chosen.rows}
        self.rows = [now.get(row.href, row) for row in self.rows]

    async def _show_present(self) -> None:
        """Show the rows of the list as they are now, in their places, without those that are gone."""
        async with self:
            keys = [decode_key(self.view, row.href.rpartition("/")[2]) for row in self.rows]
        known = [key for key in keys if key is not None]
        try:
            found = await asyncio.to_thread(fetch_rows, self.view, known)
        except DataError as error:
            async with self:
                self.problem = error.problem
            return
        now = {row.href: row for row in found}
        async with self:
            there = [at for at, row in enumerate(self.rows) if row.href in now]
            gone = len(self.rows) - len(there)
            self._cursors = [self._cursors[at] for at in there if at < len(self._cursors)]
            self.rows = [now[self.rows[at].href] for at in there]
            if self.total >= gone:
                self.total -= gone

    async def _find_selected_options(self, words: str) -> None:
        try:
            self.selected_options = await asyncio.to_thread(
                search_options, self.view, self.selected_picker, words
            )
        except DataError as error:
            self.selected_picker, self.selected_problem = "", error.problem

    def _may_change(self) -> bool:
        return self.view.editable and bool(self.view.key) and may_edit()

    def _is_list(self, form: Form) -> bool:
        """Whether the tab shows the list of this form."""
        return form.get("_page") == self.router.url.path.rstrip("/") == f"/{self.view.route}"
