"""The state behind one row's page: its fields, the rows that belong to it, its form, and its deletion."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, ClassVar

import reflex as rx

from ..changes import Consequence, consequences, create, delete, update
from ..data import fetch_row
from ..defaults import default_texts
from ..errors import ROW_GONE, DataError, Problem
from ..formats import Cell, input_text
from ..keys import NEW, decode_key
from ..relations import Option, Related, chosen_options, related_rows, search_options
from ..rows import detail_cells, row_name
from ..views import Field, Kind, TableView


@dataclass
class Loaded:
    """Everything that a row's page shows, read at once."""

    name: str
    cells: list[Cell]
    inputs: dict[str, str]
    chosen: dict[str, Option]
    related: list[Related] = field(default_factory=list)


class RowMixin(rx.State, mixin=True):
    """One row of one table; a page's state names the table by `view`."""

    view: ClassVar[TableView]

    name: str = ""
    cells: list[Cell] = []
    """In the order of `view.shown`."""
    related: list[Related] = []
    loading: bool = True
    is_new: bool = False
    editing: bool = False
    saving: bool = False
    problem: Problem = Problem()
    """Why the row cannot be shown."""
    form_problem: Problem = Problem()
    """Why the form was not saved, or the row not deleted."""
    inputs: dict[str, str] = {}
    """What the form's controls start with, by field."""
    chosen: dict[str, Option] = {}
    """The row that each relation's field points to in the form."""
    wrong: dict[str, str] = {}
    """What is wrong with a field, by field."""
    form_version: int = 0
    """Counts how often the form was filled anew."""
    picker: str = ""
    """The relation's field whose choices are open."""
    options: list[Option] = []
    deleting: bool = False
    """The question whether to delete is open."""
    consequences: list[Consequence] = []
    _submitted: dict[str, str] = {}
    _saved_version: int = -1
    """Of the form that was saved last."""

    @rx.var
    def prevented(self) -> bool:
        """Rows of other tables keep this one from being deleted."""
        return any(each.prevents for each in self.consequences)

    @rx.event(background=True, supersedes=True)
    async def opened(self):
        """The page was opened: load its row, or an empty form for a new one."""
        async with self:
            self.loading, self.problem, self.form_problem = True, Problem(), Problem()
            self.editing = self.deleting = False
            self.wrong, self.picker = {}, ""
            self.is_new = self._key_text() == NEW and self.view.editable
            self.name = f"New row in {self.view.label}" if self.is_new else ""
            asked = self.router.url.query_parameters
            key = decode_key(self.view, self._key_text())
        try:
            if self.is_new:
                loaded = await asyncio.to_thread(_blank, self.view, dict(asked))
            elif key is None:
                raise DataError(ROW_GONE)
            else:
                loaded = await asyncio.to_thread(_load, self.view, key)
        except DataError as error:
            async with self:
                self.loading, self.problem = False, error.problem
            return
        async with self:
            self.name = loaded.name or self.name
            self.cells, self.related = loaded.cells, loaded.related
            self.inputs, self.chosen = loaded.inputs, loaded.chosen
            self.form_version += 1
            self.editing = self.is_new
            self.loading = False

    @rx.event
    def edit(self):
        """Show the form in place of the fields."""
        if self.view.editable:
            self.editing, self.wrong, self.form_problem = True, {}, Problem()

    @rx.event
    def cancel(self):
        """Leave the form without saving."""
        if self.is_new:
            return rx.redirect(f"/{self.view.route}")
        self.editing = False
        return type(self).opened

    @rx.event(background=True)
    async def save(self, form: dict[str, Any]):
        """Create or update the row from the form."""
        async with self:
            if self.saving or self.form_version == self._saved_version:
                return  # a second click makes no second row
            texts = {each.name: _text(each, form.get(each.name)) for each in self.view.asked}
            texts |= {name: option.value for name, option in self.chosen.items()}
            self._submitted = texts
            self.saving, self.wrong, self.form_problem = True, {}, Problem()
            is_new, key = self.is_new, decode_key(self.view, self._key_text())
            version = self.form_version
        try:
            if is_new:
                saved = await asyncio.to_thread(create, self.view, texts)
            elif key is None:
                raise DataError(ROW_GONE)
            else:
                saved = await asyncio.to_thread(update, self.view, key, texts)
        except DataError as error:
            async with self:
                self._refuse(error)
            for name in error.fields:
                yield rx.call_script(f"document.getElementById('field-{name}').focus()")
                break
            return
        else:
            async with self:
                self._saved_version = version
        finally:
            async with self:
                self.saving = False
        yield rx.toast.success("Row added." if is_new else "Changes saved.")
        if is_new or saved != self._key_text():
            yield rx.redirect(f"/{self.view.route}/{saved}")
        else:
            yield self.__class__.opened

    @rx.event
    def try_again(self):
        """Save once more what was refused."""
        return type(self).save(self._submitted)

    @rx.event
    async def open_picker(self, name: str, is_open: bool):
        """Open or close the choices of a relation's field."""
        self.picker, self.options = (name, []) if is_open else ("", [])
        if is_open:
            await self._find_options(name, "")

    @rx.event
    async def find_options(self, words: str):
        """Search the rows that the open relation can point to."""
        await self._find_options(self.picker, words[:100])

    @rx.event
    def pick(self, name: str, value: str, text: str):
        """Point the relation's field at this row; an empty value at none."""
        if self.view.relation_of(name):
            self.chosen[name] = Option(value, text)
        self.picker = ""

    @rx.event
    async def ask_delete(self):
        """Ask whether to delete, saying what would be lost with the row."""
        key = decode_key(self.view, self._key_text())
        if not self.view.editable or key is None:
            return
        self.form_problem = Problem()
        try:
            self.consequences = await asyncio.to_thread(_consequences, self.view, key)
            self.deleting = True
        except DataError as error:
            self.form_problem = error.problem

    @rx.event
    def close_delete(self, is_open: bool):
        """Put the question away."""
        self.deleting = bool(is_open)

    @rx.event
    async def confirm_delete(self):
        """Delete the row and go back to the list."""
        key = decode_key(self.view, self._key_text())
        self.deleting = False
        if key is None:
            return None
        try:
            await asyncio.to_thread(delete, self.view, key)
        except DataError as error:
            self.form_problem = error.problem
            return None
        return [rx.toast.success("Row deleted."), rx.redirect(f"/{self.view.route}")]

    def _key_text(self) -> str:
        return self.router.url.path.rstrip("/").rpartition("/")[2]

    def _refuse(self, error: DataError) -> None:
        """Keep the form as it was filled in, and say what is wrong."""
        self.form_problem, self.wrong = error.problem, error.fields

    async def _find_options(self, name: str, words: str) -> None:
        try:
            self.options = await asyncio.to_thread(search_options, self.view, name, words)
        except DataError as error:
            self.picker, self.form_problem = "", error.problem


def _text(field: Field, value: Any) -> str:
    """What a control holds, as text; a switch that is off sends nothing."""
    if field.kind is Kind.BOOLEAN and not field.nullable:
        return "true" if value in (True, "true", "on") else "false"
    return "" if value is None else str(value)


def _load(view: TableView, key: tuple[Any, ...]) -> Loaded:
    values = fetch_row(view, key)
    return Loaded(
        name=row_name(view, values),
        cells=detail_cells(view, values),
        inputs={each.name: input_text(each, values[each.name]) for each in view.asked},
        chosen=chosen_options(view, values),
        related=related_rows(view, values),
    )


def _blank(view: TableView, given: dict[str, str]) -> Loaded:
    """The form of a new row: the database's defaults, and what the address gives, as `?customer_id=5`."""
    known = default_texts(view) | given
    inputs = {each.name: known.get(each.name, "") for each in view.asked}
    return Loaded(name="", cells=[], inputs=inputs, chosen=chosen_options(view, inputs))


def _consequences(view: TableView, key: tuple[Any, ...]) -> list[Consequence]:
    return consequences(view, fetch_row(view, key))
