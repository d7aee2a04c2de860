"""The rows of a list: a heading for each column, and a line for each row. A click anywhere on a row follows its one
link (assets/browser/rows.js)."""

import reflex as rx

from ..formats import Cell
from ..rows import Row
from . import events
from .cells import Headings, plain, value


@rx.memo
def grid(
    label: rx.Var[str],
    columns: Headings,
    shown: rx.Var[list[int]],
    has_pages: rx.Var[bool],
    selectable: rx.Var[bool],
    rows: rx.Var[list[Row]],
    loading: rx.Var[bool],
    sort: rx.Var[str],
    descending: rx.Var[bool],
    on_sort: events.Text,
    on_more: events.CellPosition,
) -> rx.Component:
    """The rows with the visible columns, which are places in `columns`. If rows have pages of their own, each row has a
    link to its page."""
    opens = rx.el.th(
        rx.cond(selectable, _box_of_all()),
        rx.el.span("Open", class_name="hidden"),
        class_name="open",
    )

    def heading(place: rx.Var[int]) -> rx.Component:
        column = columns[place]
        return _heading(column, sort == column["name"], descending, on_sort)

    def row(each: rx.Var[Row], at: rx.Var[int]) -> rx.Component:
        def cell(place: rx.Var[int]) -> rx.Component:
            return _cell(columns[place], each.cells[place], on_more(at, place))

        return rx.el.tr(rx.cond(has_pages, _way_to(each, selectable)), rx.foreach(shown, cell))

    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(rx.cond(has_pages, opens), rx.foreach(shown, heading))),
            rx.el.tbody(rx.foreach(rows, row)),
            class_name="grid",
            aria_label=label,
        ),
        class_name=rx.cond(loading, "scroller busy", "scroller"),
        role="region",
        aria_label="Rows of " + label,
        aria_busy=loading,
        tab_index=0,
    )


def _heading(
    column: rx.Var[dict[str, str]],
    sorted_by: rx.Var[bool],
    descending: rx.Var[bool],
    on_sort: events.Text,
) -> rx.Component:
    ascending = rx.cond(descending, "descending", "ascending")
    arrow = rx.cond(descending, "↓", "↑")
    return rx.el.th(
        rx.el.button(
            column["label"],
            rx.el.span(rx.cond(sorted_by, arrow, ""), class_name="arrow", aria_hidden="true"),
            type="button",
            on_click=on_sort(column["name"]),
        ),
        aria_sort=rx.cond(sorted_by, ascending, "none"),
        class_name=column["align"],
        scope="col",
    )


def _box_of_all() -> rx.Component:
    """Selects all rows of the page; see assets/selection.js."""
    return rx.el.input(
        type="checkbox", custom_attrs={"data-rows": ""}, aria_label="Select all rows of this page"
    )


def _box_of(row: rx.Var[Row]) -> rx.Component:
    return rx.el.input(
        type="checkbox",
        key=row.href,
        aria_label="Select " + row.name,
        custom_attrs={"data-row": row.href},
    )


def _way_to(row: rx.Var[Row], selectable: rx.Var[bool]) -> rx.Component:
    return rx.el.td(
        rx.cond(selectable, _box_of(row)),
        rx.link(
            rx.icon("maximize-2", size=14),
            href=row.href,
            aria_label="Open " + row.name,
            class_name="open-link",
        ),
        class_name="open",
    )


def _cell(
    column: rx.Var[dict[str, str]], cell: rx.Var[Cell], more: rx.event.EventType[()]
) -> rx.Component:
    whole = rx.el.button(
        "more",
        type="button",
        on_click=more,
        aria_label="Show more of " + column["label"],
        class_name="more",
    )
    # The name of a row is no second link to it.
    shown = rx.cond(cell.style.contains("row-link"), plain(cell), value(cell))
    return rx.el.td(rx.cond(cell.long, rx.el.div(shown, whole, class_name="with-more"), shown))
