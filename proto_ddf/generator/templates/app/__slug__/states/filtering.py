"""The filters of a list: the active ones, and the draft of a new one."""

from typing import ClassVar

import reflex as rx

from ..filter_chips import Chip
from ..filters import OPERATORS, Condition, as_stored, filter_error, shape_of
from ..views import TableView


class FilterMixin(rx.State, mixin=True):
    """Adds and removes the conditions of a list."""

    view: ClassVar[TableView]

    conditions: list[Condition] = []
    filter_open: bool = False
    draft_field: str = ""
    draft_operator: str = ""
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
        if is_open and self.view.visible_fields:
            self._draft(self.draft_field or self.view.visible_fields[0].name)

    @rx.event
    def choose_field(self, name: str):
        """Set the draft's field."""
        self._draft(name)

    @rx.event
    def choose_operator(self, operator: str):
        """Set the draft's comparison."""
        if operator in OPERATORS[shape_of(self.view, self.draft_field)]:
            self.draft_operator = operator
            self.draft_error = ""

    @rx.event
    def add_filter(self, form: dict[str, str]):
        """Activate the draft."""
        condition = Condition(
            self.draft_field,
            self.draft_operator,
            str(form.get("value") or "").strip()[:200],
            str(form.get("until") or "").strip()[:200],
        )
        self.draft_error = filter_error(self.view, condition)
        if self.draft_error:
            return None
        condition = as_stored(self.view, condition)
        self.conditions = [each for each in self.conditions if each != condition] + [condition]
        self.filter_open = False
        return type(self).reload

    @rx.event
    def remove_filter(self, position: int):
        """Remove a filter."""
        at = int(position)
        self.conditions = [each for i, each in enumerate(self.conditions) if i != at]
        return type(self).reload

    def _draft(self, name: str) -> None:
        if name not in self.view.by_name:
            return
        self.draft_field = name
        self.draft_operator = next(iter(OPERATORS[shape_of(self.view, name)]))
        self.draft_error = ""
