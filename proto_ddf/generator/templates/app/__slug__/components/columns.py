"""The button "Columns", which opens checkboxes for the columns of a list."""

import reflex as rx

from . import events
from .cells import Headings


@rx.memo
def columns_menu(
    columns: Headings,
    shown: rx.Var[list[str]],
    version: rx.Var[int],
    on_choose: events.Toggle,
    on_all: rx.EventHandler,
    on_usual: rx.EventHandler,
) -> rx.Component:
    """The button and its popover. The last visible column cannot be hidden.

    The browser changes a checkbox on click. They are all drawn again from the state with a new `version`, and when the
    state arrives, since the menu may be open before.
    """

    def box(column: rx.Var[dict[str, str]]) -> rx.Component:
        is_shown = shown.contains(column["name"])
        return rx.el.label(
            rx.el.input(
                type="checkbox",
                default_checked=is_shown,
                disabled=is_shown & (shown.length() == 1),
                on_change=lambda checked: on_choose(column["name"], checked),
            ),
            rx.el.span(column["label"], class_name="cut"),
        )

    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("columns-3", size=16, aria_hidden="true"),
                "Columns",
                variant="surface",
                color_scheme="gray",
            )
        ),
        rx.popover.content(
            rx.el.fieldset(
                rx.el.legend("Columns shown"),
                rx.foreach(columns, box),
                key=f"{version} {rx.State.is_hydrated}",
            ),
            rx.el.div(
                rx.button("Show all", on_click=on_all, variant="ghost"),
                rx.button("Reset", on_click=on_usual, variant="ghost", color_scheme="gray"),
                class_name="columns-actions",
            ),
            aria_label="Columns",
            class_name="columns",
        ),
    )
