"""A table's list: search, filters, columns, rows, and paging."""

import reflex as rx

from ..config import ALLOW_EDITING
from ..states.listing import PAGE_SIZES, ListMixin
from ..views import TableView
from . import events
from .cells import headings
from .columns import columns_menu
from .exporting import export_menu
from .feedback import callout, empty_state, skeleton_lines
from .filters import chips, filter_button
from .grid import grid
from .layout import page
from .local import local
from .named_views import views_menu
from .selection import selection


def list_page(view: TableView, state: type[ListMixin]) -> rx.Component:
    return page(
        view.label,
        view.route,
        callout(problem=state.problem, on_retry=state.reload),
        _read_only_note(view),
        rx.el.div(
            search_field(label=view.label, text=state.search, on_search=state.set_search),
            filter_button(view, state),
            _columns_button(view, state),
            views_menu(
                views=state.kept_views,
                problem=state.views_problem,
                is_open=state.views_open,
                on_toggle=state.toggle_views,
                on_keep=state.keep_shown,
                on_forget=state.forget,
            ),
            export_menu(table=view.name, query=state.export_query),
            rx.el.div(
                rx.el.span(local("count", state.range_text), role="status", class_name="count"),
                class_name="toolbar-end",
            ),
            class_name="toolbar",
        ),
        chips(
            filters=state.chips,
            match_any=state.match_any,
            on_remove=state.remove_filter,
            on_match=state.set_match,
        ),
        _rows(view, state),
        selection(view, state),
        whole_text(title=state.whole_title, text=state.whole_text, on_close=state.close_whole),
        actions=_new_button(view, state),
    )


def _read_only_note(view: TableView) -> rx.Component:
    """Why no row of the table can be changed, if the app allows changes at all."""
    if not ALLOW_EDITING or view.key:
        return rx.fragment()
    reason = (
        "This table has no key that identifies its rows, so they cannot be changed here."
        if view.has_row_ids
        else "This is a view of the database, so its rows cannot be changed here."
    )
    return rx.el.p(reason, class_name="muted lead")


def _columns_button(view: TableView, state: type[ListMixin]) -> rx.Component:
    if len(view.visible_fields) < 2:
        return rx.fragment()
    return columns_menu(
        columns=headings(view),
        shown=state.columns,
        places=state.all_places,
        version=state.columns_version,
        on_choose=state.show_column,
        on_move=state.move_column,
        on_all=state.show_all_columns,
        on_usual=state.show_usual_columns,
    )


def _new_button(view: TableView, state: type[ListMixin]) -> rx.Component | None:
    if not view.editable:
        return None
    link = rx.link(
        rx.button(rx.icon("plus", size=16, aria_hidden="true"), f"New {view.noun}", tab_index=-1),
        href=f"/{view.route}/new",
        class_name="button-link",
    )
    return rx.cond(state.may_add, link)


def _rows(view: TableView, state: type[ListMixin]) -> rx.Component:
    shown = rx.el.div(
        grid(
            label=view.label,
            columns=headings(view),
            shown=state.shown_places,
            has_pages=bool(view.key),
            selectable=state.may_add if view.editable else False,
            rows=state.rows,
            loading=state.loading,
            sort=state.sort,
            descending=state.descending,
            on_sort=state.sort_by,
            on_more=state.show_whole,
        ),
        pager(
            size=state.page_size.to_string(),
            at_start=state.position == 0,
            has_next=state.has_next,
            on_size=state.set_page_size,
            on_turn=state.turn_page,
        ),
        class_name="panel",
    )
    nothing = no_rows(label=view.label, narrowed=state.is_narrowed, on_clear=state.clear_all)
    return rx.cond(
        state.loading & (state.rows.length() == 0),
        skeleton_lines(count=12),
        rx.cond(
            state.rows.length() > 0,
            shown,
            rx.cond(state.problem.title == "", nothing),
        ),
    )


@rx.memo
def search_field(label: rx.Var[str], text: rx.Var[str], on_search: events.Text) -> rx.Component:
    """The field that searches the table."""
    return rx.el.div(
        rx.icon("search", size=16, aria_hidden="true"),
        rx.debounce_input(
            rx.el.input(
                type="search",
                value=text,
                on_change=on_search,
                placeholder="Search",
                aria_label="Search " + label,
                max_length=200,
            ),
            debounce_timeout=250,
        ),
        class_name="search",
    )


@rx.memo
def no_rows(label: rx.Var[str], narrowed: rx.Var[bool], on_clear: rx.EventHandler) -> rx.Component:
    """The message if there are no rows."""
    return rx.cond(
        narrowed,
        empty_state(
            "search-x",
            "Nothing matches",
            "No row fits the search and the filters.",
            rx.button("Clear search and filters", on_click=on_clear, variant="soft"),
        ),
        empty_state("inbox", "No rows yet", label + " is empty."),
    )


@rx.memo
def pager(
    size: rx.Var[str],
    at_start: rx.Var[bool],
    has_next: rx.Var[bool],
    on_size: events.Text,
    on_turn: events.Flag,
) -> rx.Component:
    """The number of rows per page, and the buttons for the previous and the next page."""
    sizes = [rx.el.option(str(each), value=str(each)) for each in PAGE_SIZES]
    return rx.el.div(
        rx.el.label(
            "Rows per page ",
            rx.el.select(*sizes, value=size, on_change=on_size),
            class_name="page-size",
        ),
        rx.el.div(
            _turn(("chevron-left", "Previous"), on_turn(False), at_start),
            _turn(("Next", "chevron-right"), on_turn(True), ~has_next),
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


@rx.memo
def whole_text(title: rx.Var[str], text: rx.Var[str], on_close: rx.EventHandler) -> rx.Component:
    """A dialog with the complete text of a cell, shown while it has a title."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(title),
            rx.dialog.description("The whole text of this field.", class_name="muted"),
            rx.el.div(text, class_name="whole", tab_index=0),
            rx.el.div(
                rx.dialog.close(rx.button("Close", variant="soft", color_scheme="gray")),
                class_name="dialog-actions",
            ),
        ),
        open=title != "",
        on_open_change=lambda _: on_close(),
    )
