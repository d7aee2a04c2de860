"""The filters of a list: the active ones, and the draft of a new one."""

import asyncio
from dataclasses import replace
from typing import Any, ClassVar

import reflex as rx

from ..errors import DataError
from ..filter_chips import Chip
from ..filter_values import LONGEST, OFFERED, FilterValue, offered_values
from ..filters import OPERATORS, Condition, as_stored, filter_error, shape_of
from ..views import TableView


class FilterMixin(rx.State, mixin=True):
    """Adds and removes the conditions of a list."""

    view: ClassVar[TableView]

    conditions: list[Condition] = []
    match_any: bool = False
    """Whether a row must fulfil only one of the conditions."""
    filter_open: bool = False
    draft_field: str = ""
    draft_operator: str = ""
    draft_values: list[FilterValue] = []
    """What "is one of" offers: the chosen values, then what was found."""
    draft_error: str = ""

    @rx.var
    def chips(self) -> list[Chip]:
        """The active conditions as text."""
        return [Chip.of(self.view, condition) for condition in self.conditions]

    @rx.var
    def draft_shape(self) -> str:
        """The kind of values for the draft's field."""
        return shape_of(self.view, self.draft_field)

    @rx.var
    def draft_operators(self) -> list[tuple[str, str]]:
        """The comparisons for the draft's field: name and text."""
        return list(OPERATORS[shape_of(self.view, self.draft_field)].items())

    @rx.var
    def draft_choices(self) -> list[str]:
        """The possible values of the draft's field, if they are known."""
        field = self.view.by_name.get(self.draft_field)
        return list(field.choices) if field else []

    @rx.event
    def toggle_filter(self, is_open: bool):
        """Open the filter form with a new draft, or close it."""
        self.filter_open = is_open
        if not is_open or not self.view.visible_fields:
            return None
        return self._draft(self.draft_field or self.view.visible_fields[0].name)

    @rx.event
    def choose_field(self, name: str):
        """Set the draft's field."""
        return self._draft(name)

    @rx.event
    def choose_operator(self, operator: str):
        """Set the draft's comparison."""
        if operator not in OPERATORS[shape_of(self.view, self.draft_field)]:
            return None
        self.draft_operator = operator
        self.draft_error = ""
        return self._offer()

    @rx.event(background=True, supersedes=True)
    async def search_values(self, words: str):
        """Look for values to choose from; those that are chosen stay."""
        async with self:
            name, chosen = self.draft_field, self._chosen()
        if name not in self.view.by_name:
            return
        try:
            found = await asyncio.to_thread(offered_values, self.view, name, words[:LONGEST])
        except DataError as error:
            async with self:
                self.draft_error = error.problem.title
            return
        async with self:
            if self.draft_field == name:
                known = {each.value for each in chosen}
                self.draft_values = [*chosen, *(each for each in found if each.value not in known)]

    @rx.event
    def choose_value(self, value: str, is_chosen: bool):
        """Choose one of the offered values, or not."""
        if is_chosen and len(self._chosen()) >= OFFERED:
            self.draft_error = f"Choose at most {OFFERED} values."
            return
        self.draft_error = ""
        self.draft_values = [
            replace(each, chosen=bool(is_chosen)) if each.value == value else each
            for each in self.draft_values
        ]

    @rx.event
    def add_filter(self, form: dict[str, str]):
        """Activate the draft."""
        condition = self._condition(form)
        self.draft_error = filter_error(self.view, condition)
        if self.draft_error:
            return None
        condition = as_stored(self.view, condition)
        self.conditions = [each for each in self.conditions if each != condition] + [condition]
        self.filter_open = False
        return self._changed()

    @rx.event
    def remove_filter(self, position: int):
        """Remove a filter."""
        at = int(position)
        self.conditions = [each for i, each in enumerate(self.conditions) if i != at]
        return self._changed()

    @rx.event
    def set_match(self, match: str):
        """Set how many of the filters a row must fulfil: "all" or "any"."""
        self.match_any = match == "any"
        return self._changed()

    def _draft(self, name: str) -> Any:
        if name not in self.view.by_name:
            return None
        self.draft_field = name
        self.draft_operator = next(iter(OPERATORS[shape_of(self.view, name)]))
        self.draft_values, self.draft_error = [], ""
        return self._offer()

    def _offer(self) -> Any:
        """Find the first values to choose from, if the comparison needs them."""
        return self.__class__.search_values("") if self.draft_operator == "one_of" else None

    def _chosen(self) -> list[FilterValue]:
        return [each for each in self.draft_values if each.chosen]

    def _condition(self, form: dict[str, str]) -> Condition:
        """The draft as a condition, with values as they were typed."""
        if self.draft_operator != "one_of":
            value, until = (str(form.get(each) or "").strip() for each in ("value", "until"))
            return Condition(
                self.draft_field, self.draft_operator, value[:LONGEST], until[:LONGEST]
            )
        chosen = self._chosen()
        is_relation = self.view.relation_of(self.draft_field) is not None
        return Condition(
            self.draft_field,
            "one_of",
            values=tuple(each.value for each in chosen),
            shown=", ".join(each.text for each in chosen) if is_relation else "",
        )

    def _changed(self) -> Any:
        """What follows a change of the filters."""
        raise NotImplementedError
