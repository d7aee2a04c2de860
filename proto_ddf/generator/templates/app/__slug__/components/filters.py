"""The filters of a list: the button that adds one, and a chip for each in force."""

import reflex as rx

from ..filters import Chip
from ..states.listing import ListMixin
from ..views import TableView


def filter_button(view: TableView, state: type[ListMixin]) -> rx.Component:
    """The button "Filter", which opens a small form."""
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("list-filter", size=16, aria_hidden="true"),
                "Filter",
                variant="surface",
                color_scheme="gray",
            )
        ),
        rx.popover.content(_form(view, state), aria_label="Add a filter", class_name="filter-form"),
        open=state.filter_open,
        on_open_change=state.toggle_filter,
    )


def chips(state: type[ListMixin]) -> rx.Component:
    """The filters in force, each with a button that drops it."""
    return rx.cond(
        state.chips.length() > 0,
        rx.el.ul(
            rx.foreach(state.chips, lambda chip, at: _chip(state, chip, at)),
            class_name="chips",
            aria_label="Filters",
        ),
    )


def _chip(state: type[ListMixin], chip: rx.Var[Chip], at: rx.Var[int]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(chip.label), " ", chip.words, class_name="cut"),
        rx.el.button(
            rx.icon("x", size=14),
            type="button",
            on_click=state.remove_filter(at),
            aria_label="Remove the filter on " + chip.label,
        ),
        class_name="chip",
    )


def _form(view: TableView, state: type[ListMixin]) -> rx.Component:
    fields = [rx.el.option(field.label, value=field.name) for field in view.shown]
    return rx.el.form(
        rx.el.label(
            "Field",
            rx.el.select(*fields, value=state.draft_field, on_change=state.choose_field),
        ),
        rx.el.label(
            "Comparison",
            rx.el.select(
                rx.foreach(
                    state.draft_operators, lambda each: rx.el.option(each[1], value=each[0])
                ),
                value=state.draft_operator,
                on_change=state.choose_operator,
            ),
        ),
        rx.match(
            state.draft_operator,
            ("range", _range(state)),
            ("contains", _one(state)),
            ("equals", _one(state)),
            rx.fragment(),
        ),
        rx.el.p(state.draft_error, class_name="wrong", role="alert"),
        rx.button("Add filter", type="submit"),
        on_submit=state.add_filter,
    )


def _one(state: type[ListMixin]) -> rx.Component:
    yes_no = [rx.el.option("Yes", value="true"), rx.el.option("No", value="false")]
    choices = rx.foreach(state.draft_choices, lambda each: rx.el.option(each, value=each))
    return rx.el.label(
        "Value",
        rx.match(
            state.draft_shape,
            ("yesno", rx.el.select(*yes_no, name="value")),
            ("choice", rx.el.select(choices, name="value")),
            _input(state, "value"),
        ),
    )


def _range(state: type[ListMixin]) -> rx.Component:
    return rx.el.div(
        rx.el.label("From", _input(state, "value")),
        rx.el.label("To", _input(state, "until")),
        class_name="range",
    )


def _input(state: type[ListMixin], name: str) -> rx.Component:
    kinds = rx.match(
        state.draft_shape, ("number", "number"), ("date", "date"), ("time", "time"), "text"
    )
    return rx.el.input(
        type=kinds, name=name, step="any", max_length=200, key=state.draft_field + name
    )
