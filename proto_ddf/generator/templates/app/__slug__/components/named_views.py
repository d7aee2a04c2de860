"""The button "Views", which opens the views of a list that a person keeps under a name."""

import reflex as rx

from ..named_views import LONGEST_NAME, NamedView
from . import events


@rx.memo
def views_menu(
    views: rx.Var[list[NamedView]],
    problem: rx.Var[str],
    is_open: rx.Var[bool],
    on_toggle: events.Flag,
    on_keep: events.Form,
    on_forget: events.Text,
) -> rx.Component:
    """The button and its popover: a link to each view, and a form to keep what is shown."""

    def line(each: rx.Var[NamedView]) -> rx.Component:
        return rx.el.li(
            rx.link(each.name, href=each.address, on_click=on_toggle(False), class_name="cut"),
            rx.el.button(
                rx.icon("x", size=14, aria_hidden="true"),
                type="button",
                on_click=on_forget(each.name),
                aria_label="Remove the view " + each.name,
                class_name="icon-button",
            ),
        )

    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("bookmark", size=16, aria_hidden="true"),
                "Views",
                variant="surface",
                color_scheme="gray",
            )
        ),
        rx.popover.content(
            rx.cond(
                views.length() > 0,
                rx.el.ul(rx.foreach(views, line), aria_label="Views", class_name="view-list"),
                rx.el.p("No views yet.", class_name="muted nothing"),
            ),
            rx.el.form(
                rx.el.label(
                    "Name of this view",
                    rx.el.input(name="name", required=True, max_length=LONGEST_NAME),
                ),
                rx.el.p(problem, class_name="wrong", role="alert"),
                rx.button("Save this view", type="submit"),
                on_submit=on_keep,
                reset_on_submit=True,
            ),
            aria_label="Views",
            class_name="filter-form",
        ),
        open=is_open,
        on_open_change=on_toggle,
    )
