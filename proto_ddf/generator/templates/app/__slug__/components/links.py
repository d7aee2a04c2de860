"""The rows that are connected with a row through a table of two foreign keys, as chips."""

import reflex as rx

from ..links import LinkedRow, LinkedRows
from ..relations import Option
from . import events
from .local import local
from .submitting import submits


@rx.memo
def linked_rows(
    blocks: rx.Var[list[LinkedRows]],
    picker: rx.Var[str],
    options: rx.Var[list[Option]],
    page: rx.Var[str],
    connect: rx.Var[str],
    disconnect: rx.Var[str],
    on_toggle: events.Toggle,
    on_search: events.Text,
) -> rx.Component:
    """The connections, by table. `connect` and `disconnect` are the names of the events that change them."""

    def block(each: rx.Var[LinkedRows]) -> rx.Component:
        return rx.el.section(
            rx.el.div(
                rx.heading(each.label, as_="h2", size="4"),
                rx.cond(
                    each.total > each.rows.length(),
                    rx.el.span(
                        local(
                            "count",
                            each.rows.length().to_string() + " of " + each.total.to_string(),
                        ),
                        class_name="muted note",
                    ),
                ),
                class_name="section-header",
            ),
            rx.el.div(
                rx.cond(
                    each.rows.length() > 0,
                    rx.el.ul(
                        rx.foreach(each.rows, lambda row: _chip(each, row, page, disconnect)),
                        class_name="chips",
                        aria_label=each.label,
                    ),
                    rx.el.span("None.", class_name="muted"),
                ),
                rx.cond(
                    each.blank != "",
                    _adding(each, picker, options, page, connect, on_toggle, on_search),
                ),
                class_name="linked",
            ),
            class_name="related",
        )

    return rx.fragment(rx.foreach(blocks, block))


def _chip(
    block: rx.Var[LinkedRows], row: rx.Var[LinkedRow], page: rx.Var[str], disconnect: rx.Var[str]
) -> rx.Component:
    name = rx.el.span(row.text, class_name="cut")
    return rx.el.li(
        rx.cond(row.href != "", rx.link(name, href=row.href), name),
        rx.cond(
            row.snapshot != "",
            rx.el.button(
                rx.icon("x", size=14, aria_hidden="true"),
                type="button",
                aria_label="Remove " + row.text + " from " + block.label,
                custom_attrs=submits(
                    disconnect,
                    "Remove “" + row.text + "”",
                    page,
                    link=block.name,
                    snapshot=row.snapshot,
                    page=page,
                ),
            ),
        ),
        class_name="chip",
    )


def _adding(
    block: rx.Var[LinkedRows],
    picker: rx.Var[str],
    options: rx.Var[list[Option]],
    page: rx.Var[str],
    connect: rx.Var[str],
    on_toggle: events.Toggle,
    on_search: events.Text,
) -> rx.Component:
    """The button that opens a search of the rows that can be connected."""

    def choice(option: rx.Var[Option]) -> rx.Component:
        return rx.el.button(
            rx.el.span(option.text, class_name="cut"),
            rx.el.span(option.value, class_name="muted"),
            type="button",
            class_name="choice",
            custom_attrs=submits(
                connect,
                "Add “" + option.text + "” to " + block.label,
                page,
                link=block.name,
                snapshot=block.blank,
                value=option.value,
                page=page,
            ),
        )

    content = rx.fragment(
        rx.debounce_input(
            rx.el.input(
                type="search",
                on_change=on_search,
                placeholder="Search",
                aria_label="Search " + block.label,
                auto_focus=True,
            ),
            debounce_timeout=200,
        ),
        rx.el.div(
            rx.foreach(options, choice),
            rx.cond(options.length() == 0, rx.el.p("Nothing found", class_name="muted nothing")),
            class_name="choice-list",
        ),
    )
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("plus", size=14, aria_hidden="true"),
                "Add",
                aria_label="Add to " + block.label,
                variant="soft",
                size="1",
            )
        ),
        rx.popover.content(content, aria_label="Add to " + block.label, class_name="choices"),
        open=picker == block.name,
        on_open_change=lambda is_open: on_toggle(block.name, is_open),
    )
