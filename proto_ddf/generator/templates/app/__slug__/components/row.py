"""One row's page: its fields, the rows that belong to it, its form, and its deletion."""

import reflex as rx

from ..changes import Consequence
from ..relations import Heading, Related
from ..rows import Row
from ..states.row import RowMixin
from ..views import TableView
from .cells import headings, value
from .feedback import callout, skeleton_lines
from .form import row_form
from .layout import page


def row_page(view: TableView, state: type[RowMixin]) -> rx.Component:
    """The page of one row of a table."""
    fields = rx.fragment(
        callout(state.form_problem, state.ask_delete),
        _fields(view, state),
        *([rx.foreach(state.related, _related)] if view.referring() else []),
    )
    shown = rx.cond(state.editing, row_form(view, state), fields) if view.editable else fields
    return page(
        rx.cond(
            state.loading & (state.name == ""),
            "Loading…",
            rx.cond(state.name, state.name, "Not found"),
        ),
        view.route,
        callout(state.problem, state.opened),
        rx.cond(
            (state.problem.title != "") & ~state.problem.can_retry,
            rx.link(f"Go to {view.label}", href=f"/{view.route}"),
        ),
        rx.cond(state.loading, skeleton_lines(6), rx.cond(state.problem.title == "", shown)),
        actions=_actions(view, state),
        parent=(view.label, f"/{view.route}"),
    )


def _actions(view: TableView, state: type[RowMixin]) -> rx.Component | None:
    if not view.editable:
        return None
    buttons = rx.el.div(
        rx.button(rx.icon("pencil", size=16, aria_hidden="true"), "Edit", on_click=state.edit),
        rx.button(
            rx.icon("trash-2", size=16, aria_hidden="true"),
            "Delete",
            on_click=state.ask_delete,
            variant="soft",
            color_scheme="red",
        ),
        _delete_question(view, state),
        class_name="actions",
    )
    idle = ~state.loading & ~state.editing & (state.problem.title == "")
    return rx.cond(idle, buttons)


def _fields(view: TableView, state: type[RowMixin]) -> rx.Component:
    columns = headings(view)
    return rx.el.dl(
        rx.foreach(
            state.cells,
            lambda cell, at: rx.el.div(
                rx.el.dt(columns[at]["label"]), rx.el.dd(value(cell)), class_name="pair"
            ),
        ),
        class_name="panel padded details",
    )


def _related(block: rx.Var[Related]) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.heading(block.label, as_="h2", size="4"),
            rx.el.div(
                rx.cond(
                    block.new_href != "",
                    rx.link("Add", href=block.new_href, aria_label="Add to " + block.label),
                ),
                rx.cond(
                    block.total > 0,
                    rx.link("Show all " + block.total.to_string(), href=block.href),
                ),
                class_name="section-links",
            ),
            class_name="section-header",
        ),
        rx.cond(
            block.rows.length() > 0,
            rx.el.div(
                rx.el.table(
                    rx.el.thead(
                        rx.el.tr(
                            rx.el.th("", aria_label="Open", class_name="open"),
                            rx.foreach(block.headings, _related_heading),
                        )
                    ),
                    rx.el.tbody(rx.foreach(block.rows, _related_row)),
                    class_name="grid",
                    aria_label=block.label,
                ),
                class_name="scroller panel",
                role="region",
                aria_label=block.label,
                tab_index=0,
            ),
            rx.el.p("None.", class_name="muted"),
        ),
        class_name="related",
    )


def _related_heading(heading: rx.Var[Heading]) -> rx.Component:
    return rx.el.th(heading.label, class_name=heading.align, scope="col")


def _related_row(row: rx.Var[Row]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.cond(
                row.href != "",
                rx.link(
                    rx.icon("maximize-2", size=14),
                    href=row.href,
                    aria_label="Open " + row.name,
                    class_name="open-link",
                ),
            ),
            class_name="open",
        ),
        rx.foreach(row.cells, lambda cell: rx.el.td(value(cell))),
    )


def _delete_question(view: TableView, state: type[RowMixin]) -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(
                rx.cond(
                    state.prevented,
                    "“" + state.name + "” is in use",
                    "Delete “" + state.name + "”?",
                )
            ),
            rx.alert_dialog.description(
                rx.cond(
                    state.prevented,
                    "It cannot be deleted while other rows refer to it.",
                    f"It is removed from {view.label} for good. This cannot be undone.",
                ),
                size="2",
            ),
            rx.el.ul(rx.foreach(state.consequences, _consequence), class_name="consequences"),
            rx.el.div(
                rx.alert_dialog.cancel(
                    rx.button(
                        rx.cond(state.prevented, "Close", "Keep it"),
                        variant="soft",
                        color_scheme="gray",
                    )
                ),
                rx.cond(
                    ~state.prevented,
                    rx.button("Delete", on_click=state.confirm_delete, color_scheme="red"),
                ),
                class_name="dialog-actions",
            ),
        ),
        open=state.deleting,
        on_open_change=state.close_delete,
    )


def _consequence(each: rx.Var[Consequence]) -> rx.Component:
    return rx.el.li(each.text, class_name=rx.cond(each.prevents, "prevents", ""))
