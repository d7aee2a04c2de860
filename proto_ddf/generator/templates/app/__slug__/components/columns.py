"""The button "Columns", which opens checkboxes for the columns of a list."""

import reflex as rx

from . import events
from .cells import Headings


@rx.memo
def columns_menu(
    columns: Headings,
    shown: rx.Var[list[str]],
    places: rx.Var[list[int]],
    version: rx.Var[int],
    on_choose: events.Toggle,
    on_move: events.Move,
    on_all: rx.EventHandler,
    on_usual: rx.EventHandler,
) -> rx.Component:
    """The button and its popover, with all columns in their order, which are `places` in `columns`. The last visible
    one cannot be hidden.

    The browser changes a checkbox on click. They are all drawn again from the state with a new `version`, and when the
    state arrives, since the menu may be open before.
    """

    def line(place: rx.Var[int], at: rx.Var[int]) -> rx.Component:
        column = columns[place]
        is_shown = shown.contains(column["name"])
        return rx.el.div(
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    default_checked=is_shown,
                    disabled=is_shown & (shown.length() == 1),
                    on_change=lambda checked: on_choose(column["name"], checked),
                ),
                rx.el.span(column["label"], class_name="cut"),
            ),
            _move(column, "up", at == 0, on_move(column["name"], -1)),
            _move(column, "down", at == places.length() - 1, on_move(column["name"], 1)),
            class_name="column-line",
            key=column["name"],
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
                rx.foreach(places, line),
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


def _move(
    column: rx.Var[dict[str, str]],
    way: str,
    at_end: rx.Var[bool],
    event: rx.event.EventType[()],
) -> rx.Component:
    """At the end of the list the button does nothing, but keeps the focus."""
    return rx.el.button(
        rx.icon(f"chevron-{way}", size=14, aria_hidden="true"),
        type="button",
        on_click=event,
        aria_label=f"Move {way}: " + column["label"],
        aria_disabled=at_end,
        class_name="icon-button",
    )
