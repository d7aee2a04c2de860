"""The filters of a list: the button that adds one, and a chip for each active one."""

import reflex as rx

from ..filter_chips import Chip
from ..filter_values import FilterValue
from ..formats import YES_NO
from ..states.listing import ListMixin
from ..views import TableView
from . import events

Pairs = rx.Var[list[tuple[str, str]]]


def filter_button(view: TableView, state: type[ListMixin]) -> rx.Component:
    """The button "Filter", which opens a small form."""
    return filter_popover(
        filter_form(
            fields=[(field.name, field.typed_label) for field in view.visible_fields],
            field=state.draft_field,
            operators=state.draft_operators,
            operator=state.draft_operator,
            shape=state.draft_shape,
            choices=state.draft_choices,
            values=state.draft_values,
            wrong=state.draft_error,
            on_field=state.choose_field,
            on_operator=state.choose_operator,
            on_search=state.search_values,
            on_choose=state.choose_value,
            on_add=state.add_filter,
        ),
        is_open=state.filter_open,
        on_toggle=state.toggle_filter,
    )


@rx.memo
def filter_popover(
    children: rx.Var[rx.Component], is_open: rx.Var[bool], on_toggle: events.Flag
) -> rx.Component:
    """The button and its popover."""
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("list-filter", size=16, aria_hidden="true"),
                "Filter",
                variant="surface",
                color_scheme="gray",
            )
        ),
        rx.popover.content(children, aria_label="Add a filter", class_name="filter-form"),
        open=is_open,
        on_open_change=on_toggle,
    )


@rx.memo
def chips(
    filters: rx.Var[list[Chip]],
    match_any: rx.Var[bool],
    on_remove: events.Position,
    on_match: events.Text,
) -> rx.Component:
    """The active filters, each with a button to remove it, and how several are joined."""
    joined = rx.el.label(
        "Rows that match ",
        rx.el.select(
            rx.el.option("all of", value="all"),
            rx.el.option("any of", value="any"),
            value=rx.cond(match_any, "any", "all"),
            on_change=on_match,
        ),
        class_name="match",
    )
    shown = rx.el.ul(
        rx.foreach(filters, lambda chip, at: _chip(chip, on_remove(at))),
        class_name="chips",
        aria_label="Filters",
    )
    return rx.cond(
        filters.length() > 0,
        rx.el.div(rx.cond(filters.length() > 1, joined), shown, class_name="filters"),
    )


def _chip(chip: rx.Var[Chip], remove: rx.event.EventType[()]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(chip.label), " ", chip.words, class_name="cut"),
        rx.el.button(
            rx.icon("x", size=14),
            type="button",
            on_click=remove,
            aria_label="Remove the filter on " + chip.label,
        ),
        class_name="chip",
    )


@rx.memo
def filter_form(
    fields: Pairs,
    field: rx.Var[str],
    operators: Pairs,
    operator: rx.Var[str],
    shape: rx.Var[str],
    choices: rx.Var[list[str]],
    values: rx.Var[list[FilterValue]],
    wrong: rx.Var[str],
    on_field: events.Text,
    on_operator: events.Text,
    on_search: events.Text,
    on_choose: events.Toggle,
    on_add: events.Form,
) -> rx.Component:
    """The form for a new filter: field, comparison, and inputs for the values."""
    one = rx.el.label("Value", _control(field, shape, choices))
    both = rx.el.div(
        rx.el.label("From", _input(field, shape, "value")),
        rx.el.label("To", _input(field, shape, "until")),
        class_name="range",
    )
    return rx.el.form(
        rx.el.label(
            "Field",
            rx.el.select(_options(fields), value=field, on_change=on_field),
        ),
        rx.el.label(
            "Comparison",
            rx.el.select(_options(operators), value=operator, on_change=on_operator),
        ),
        rx.match(
            operator,
            ("range", both),
            *((each, one) for each in ("contains", "equals", "least", "most")),
            ("one_of", _value_list(values, shape, field, on_search, on_choose)),
            rx.fragment(),
        ),
        rx.el.p(wrong, class_name="wrong", role="alert"),
        rx.button("Add filter", type="submit"),
        on_submit=on_add,
    )


def _value_list(
    values: rx.Var[list[FilterValue]],
    shape: rx.Var[str],
    field: rx.Var[str],
    on_search: events.Text,
    on_choose: events.Toggle,
) -> rx.Component:
    """The values to choose from, of which several can be chosen."""

    def line(each: rx.Var[FilterValue]) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="checkbox",
                default_checked=each.chosen,
                on_change=lambda checked: on_choose(each.value, checked),
            ),
            rx.el.span(rx.cond(each.text == "", each.value, each.text), class_name="cut"),
            key=each.value,
        )

    search = rx.debounce_input(
        rx.el.input(
            type="search",
            on_change=on_search,
            placeholder="Search",
            aria_label="Search the values",
            max_length=200,
        ),
        debounce_timeout=200,
        key=field,
    )
    return rx.el.fieldset(
        rx.el.legend("Values"),
        rx.cond(shape != "choice", search),
        rx.el.div(
            rx.foreach(values, line),
            rx.cond(values.length() == 0, rx.el.p("Nothing found", class_name="muted nothing")),
            class_name="value-list",
        ),
    )


def _options(pairs: Pairs) -> rx.Component:
    return rx.foreach(pairs, lambda each: rx.el.option(each[1], value=each[0]))


def _control(field: rx.Var[str], shape: rx.Var[str], choices: rx.Var[list[str]]) -> rx.Component:
    yes_no = [rx.el.option(word, value=value) for value, word in YES_NO.items()]
    known = rx.foreach(choices, lambda each: rx.el.option(each, value=each))
    return rx.match(
        shape,
        ("yesno", rx.el.select(*yes_no, name="value")),
        ("choice", rx.el.select(known, name="value")),
        _input(field, shape, "value"),
    )


def _input(field: rx.Var[str], shape: rx.Var[str], name: str) -> rx.Component:
    kinds = rx.match(
        shape,
        *((name, name) for name in ("number", "date", "time")),
        ("year", "number"),
        "text",
    )
    return rx.el.input(type=kinds, name=name, step="any", max_length=200, key=field + name)
