"""A table's list: search, filters, the rows, and the way to other pages."""

import reflex as rx

from ..formats import Cell
from ..rows import Row
from ..states.listing import PAGE_SIZES, ListMixin
from ..views import TableView
from .cells import Headings, headings, value
from .feedback import callout, empty_state, skeleton_lines
from .filters import chips, filter_button
from .layout import page


def list_page(view: TableView, state: type[ListMixin]) -> rx.Component:
    """The page of a table's list."""
    return page(
        view.label,
        view.route,
        callout(state.problem, state.reload),
        _toolbar(view, state),
        chips(state),
        _rows(view, state),
        _whole_text(state),
        actions=_new_button(view),
    )


def _new_button(view: TableView) -> rx.Component | None:
    if not view.editable:
        return None
    return rx.link(
        rx.button(rx.icon("plus", size=16), "New", tab_index=-1),
        href=f"/{view.route}/new",
        aria_label=f"New row in {view.label}",
        class_name="button-link",
    )


def _toolbar(view: TableView, state: type[ListMixin]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.debounce_input(
                rx.el.input(
                    type="search",
                    value=state.search,
                    on_change=state.set_search,
                    placeholder="Search",
                    aria_label=f"Search {view.label}",
                    max_length=200,
                ),
                debounce_timeout=250,
            ),
            class_name="search",
        ),
        filter_button(view, state),
        rx.el.div(
            rx.el.span(state.range_text, role="status", class_name="count"),
            class_name="toolbar-end",
        ),
        class_name="toolbar",
    )


def _rows(view: TableView, state: type[ListMixin]) -> rx.Component:
    nothing = rx.cond(
        state.is_narrowed,
        empty_state(
            "search-x",
            "Nothing matches",
            "No row fits the search and the filters.",
            rx.button("Clear search and filters", on_click=state.clear_all, variant="soft"),
        ),
        empty_state("inbox", "No rows yet", f"{view.label} is empty."),
    )
    return rx.cond(
        state.loading & (state.rows.length() == 0),
        skeleton_lines(12),
        rx.cond(
            state.rows.length() > 0,
            rx.el.div(_grid(view, state), _pager(state), class_name="panel"),
            rx.cond(state.problem.title == "", nothing),
        ),
    )


def _grid(view: TableView, state: type[ListMixin]) -> rx.Component:
    columns = headings(view)
    opens = [rx.el.th(rx.el.span("Open", class_name="hidden"), class_name="open")]
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *(opens if view.key else []),
                    rx.foreach(columns, lambda column: _heading(state, column)),
                )
            ),
            rx.el.tbody(
                rx.foreach(state.rows, lambda row, at: _row(view, state, columns, row, at))
            ),
            class_name="grid",
            aria_label=view.label,
        ),
        class_name=rx.cond(state.loading, "scroller busy", "scroller"),
        role="region",
        aria_label=f"Rows of {view.label}",
        aria_busy=state.loading,
        tab_index=0,
    )


def _heading(state: type[ListMixin], column: rx.Var[dict[str, str]]) -> rx.Component:
    rising = rx.cond(state.descending, "descending", "ascending")
    arrow = rx.cond(state.descending, "↓", "↑")
    sorted_by = state.sort == column["name"]
    return rx.el.th(
        rx.el.button(
            column["label"],
            rx.el.span(rx.cond(sorted_by, arrow, ""), class_name="arrow", aria_hidden="true"),
            type="button",
            on_click=state.sort_by(column["name"]),
        ),
        aria_sort=rx.cond(sorted_by, rising, "none"),
        class_name=column["align"],
        scope="col",
    )


def _row(
    view: TableView,
    state: type[ListMixin],
    columns: Headings,
    row: rx.Var[Row],
    at: rx.Var[int],
) -> rx.Component:
    link = rx.el.td(
        rx.link(
            rx.icon("maximize-2", size=14),
            href=row.href,
            aria_label="Open " + row.name,
            class_name="open-link",
        ),
        class_name="open",
    )
    cells = rx.foreach(row.cells, lambda cell, i: _cell(state, columns, cell, at, i))
    return rx.el.tr(*([link] if view.key else []), cells)


def _cell(
    state: type[ListMixin],
    columns: Headings,
    cell: rx.Var[Cell],
    row: rx.Var[int],
    column: rx.Var[int],
) -> rx.Component:
    whole = rx.el.button(
        "more",
        type="button",
        on_click=state.show_whole(row, column),
        aria_label="Show the whole " + columns[column]["label"],
        class_name="more",
    )
    long = rx.el.div(value(cell), whole, class_name="with-more")
    return rx.el.td(rx.cond(cell.long, long, value(cell)))


def _pager(state: type[ListMixin]) -> rx.Component:
    sizes = [rx.el.option(str(size), value=str(size)) for size in PAGE_SIZES]
    return rx.el.div(
        rx.el.label(
            "Rows per page ",
            rx.el.select(*sizes, value=state.page_size.to_string(), on_change=state.set_page_size),
            class_name="page-size",
        ),
        rx.el.div(
            _turn(("chevron-left", "Previous"), state.turn_page(False), state.position == 0),
            _turn(("Next", "chevron-right"), state.turn_page(True), ~state.has_next),
            class_name="turns",
        ),
        class_name="pager",
    )


def _turn(
    parts: tuple[str, str], event: rx.event.EventType[()], disabled: rx.Var[bool]
) -> rx.Component:
    return rx.button(
        *[rx.icon(part, size=16) if part.startswith("chevron") else part for part in parts],
        on_click=event,
        disabled=disabled,
        variant="surface",
        color_scheme="gray",
    )


def _whole_text(state: type[ListMixin]) -> rx.Component:
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(state.whole_title),
            rx.dialog.description("The whole text of this field.", class_name="muted"),
            rx.el.div(state.whole_text, class_name="whole", tab_index=0),
            rx.el.div(
                rx.dialog.close(rx.button("Close", variant="soft", color_scheme="gray")),
                class_name="dialog-actions",
            ),
        ),
        open=state.whole_title != "",
        on_open_change=lambda _: state.close_whole(),
    )
