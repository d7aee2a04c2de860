"""The filters of a list: the chips in force, and the one being put together."""

from typing import ClassVar

import reflex as rx

from ..filters import OPERATORS, Chip, Condition, shape_of, wrong_with
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
        """The conditions in force, in words."""
        return [Chip.of(self.view, condition) for condition in self.conditions]

    @rx.var
    def draft_shape(self) -> str:
        """What kind of values the field of the draft takes."""
        return shape_of(self.view, self.draft_field)

    @rx.var
    def draft_operators(self) -> list[tuple[str, str]]:
        """The comparisons that the field of the draft offers: name and words."""
        return list(OPERATORS[shape_of(self.view, self.draft_field)].items())

    @rx.var
    def draft_choices(self) -> list[str]:
        """The values that the field of the draft can have, where they are known."""
        field = self.view.by_name.get(self.draft_field)
        return list(field.choices) if field else []

    @rx.event
    def toggle_filter(self, is_open: bool):
        """Open the filter form with a fresh draft, or close it."""
        self.filter_open = is_open
        if is_open and self.view.shown:
            self._draft(self.draft_field or self.view.shown[0].name)

    @rx.event
    def choose_field(self, name: str):
        """The draft is about this field."""
        self._draft(name)

    @rx.event
    def choose_operator(self, operator: str):
        """The draft compares in this way."""
        if operator in OPERATORS[shape_of(self.view, self.draft_field)]:
            self.draft_operator = operator
            self.draft_error = ""

    @rx.event
    def add_filter(self, form: dict[str, str]):
        """Put the draft in force."""
        condition = Condition(
            self.draft_field,
            self.draft_operator,
            str(form.get("value") or "").strip()[:200],
            str(form.get("until") or "").strip()[:200],
        )
        self.draft_error = wrong_with(self.view, condition)
        if self.draft_error:
            return None
        self.conditions = [each for each in self.conditions if each != condition] + [condition]
        self.filter_open = False
        return type(self).reload

    @rx.event
    def remove_filter(self, position: int):
        """Drop one filter."""
        at = int(position)
        self.conditions = [each for i, each in enumerate(self.conditions) if i != at]
        return type(self).reload

    def _draft(self, name: str) -> None:
        if name not in self.view.by_name:
            return
        self.draft_field = name
        self.draft_operator = next(iter(OPERATORS[shape_of(self.view, name)]))
        self.draft_error = ""
