"""The tables of a source: their columns, and their rows in pages."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.numbers import count, row_count
from proto_ddf.web.shared.components.table import table
from proto_ddf.web.sources.detail.column_type import type_choice, type_notes
from proto_ddf.web.sources.detail.preview_state import Cell, HeadCell, PreviewState
from proto_ddf.web.sources.detail.state import ColumnRow, SourceDetailState, TableRow

_LAYOUT = {
    "display": "grid",
    "grid_template_columns": "240px minmax(0, 1fr)",
    "gap": "24px",
    "align_items": "start",
    "@media (max-width: 1023px)": {"grid_template_columns": "minmax(0, 1fr)"},
}


def source_tables() -> rx.Component:
    open_one = rx.foreach(
        SourceDetailState.tables,
        lambda one: rx.cond(one.name == PreviewState.table, _open_table(one), rx.fragment()),
    )
    return rx.cond(
        SourceDetailState.tables.length() > 0,
        rx.el.div(_table_list(), rx.el.div(open_one, _whole_value(), min_width="0"), style=_LAYOUT),
        empty_state("table", "No tables", "This source has no tables yet. Refresh reads it again."),
    )


def _table_list() -> rx.Component:
    return rx.el.nav(
        rx.el.ul(
            rx.foreach(SourceDetailState.tables, _table_link),
            style={"margin": "0", "padding": "8px", "list_style": "none"},
        ),
        aria_label="Tables",
        class_name="pd-panel",
        style={"max_height": "480px", "overflow": "auto"},
    )


def _table_link(one: rx.Var[TableRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(one.name, class_name="pd-cut"),
            rx.el.span(
                row_count(one.row_count, one.estimated),
                class_name="pd-quiet pd-number",
                white_space="nowrap",
            ),
            on_click=PreviewState.open_table(one.name),
            type="button",
            custom_attrs={"aria-current": rx.cond(one.name == PreviewState.table, "true", "false")},
            style={
                "display": "flex",
                "width": "100%",
                "align_items": "center",
                "justify_content": "space-between",
                "gap": "12px",
                "padding": "6px 8px",
                "border": "0",
                "border_radius": "var(--radius-2)",
                "background": "transparent",
                "color": "var(--gray-12)",
                "font": "inherit",
                "font_size": "var(--font-size-2)",
                "text_align": "left",
                "cursor": "pointer",
                "&:hover": {"background": "var(--gray-a3)"},
                "&[aria-current=true]": {"background": "var(--accent-a3)", "font_weight": "500"},
            },
        )
    )


def _open_table(one: rx.Var[TableRow]) -> rx.Component:
    title = rx.flex(
        rx.el.h2(one.name, class_name="pd-section-title"),
        rx.cond(one.is_view, rx.badge("View", color_scheme="gray"), rx.fragment()),
        gap="8px",
        align="center",
        margin_bottom="8px",
    )
    return rx.fragment(
        title,
        rx.cond(
            one.comment,
            rx.el.p(one.comment, class_name="pd-quiet", margin="0 0 8px"),
            rx.fragment(),
        ),
        rx.tabs.root(
            rx.tabs.list(
                rx.tabs.trigger("Rows", value="rows"),
                rx.tabs.trigger(f"Columns ({one.columns.length()})", value="columns"),
            ),
            rx.tabs.content(_rows(), value="rows", padding_top="16px"),
            rx.tabs.content(_columns(one), value="columns", padding_top="16px"),
            value=PreviewState.tab,
            on_change=PreviewState.set_tab,
        ),
    )


def _columns(one: rx.Var[TableRow]) -> rx.Component:
    head = [rx.el.th(title, scope="col") for title in ("Column", "Type", "Keys", "Limits")]
    columns = rx.foreach(one.columns, lambda column: _column(one, column))
    return table(head, columns, label="Columns of " + one.name)


def _column(one: rx.Var[TableRow], column: rx.Var[ColumnRow]) -> rx.Component:
    said = rx.fragment(
        column.type,
        rx.cond(
            column.db_type,
            rx.el.span(" ", column.db_type, class_name="pd-quiet"),
            rx.fragment(),
        ),
    )
    return rx.el.tr(
        rx.el.td(
            rx.el.span(column.name, font_weight="500"),
            rx.cond(
                column.comment,
                rx.el.div(
                    column.comment,
                    class_name="pd-quiet",
                    style={"max_width": "420px", "white_space": "normal"},
                ),
                rx.fragment(),
            ),
        ),
        rx.el.td(
            rx.cond(column.typed, type_choice(one, column), said),
            type_notes(one, column),
        ),
        rx.el.td(
            rx.flex(
                _key(column.primary_key, "Primary key", "key-round", "indigo"),
                _key(column.unique, "Unique", "fingerprint", "gray"),
                _key(column.required, "Required", "asterisk", "gray"),
                rx.cond(column.references, _reference(column), rx.fragment()),
                gap="8px",
                wrap="wrap",
            )
        ),
        rx.el.td(column.limits, class_name="pd-quiet"),
    )


def _key(shown: rx.Var[bool], word: str, icon: str, color: str) -> rx.Component:
    badge = rx.badge(rx.icon(icon, size=12, aria_hidden="true"), word, color_scheme=color)
    return rx.cond(shown, badge, rx.fragment())


def _reference(column: rx.Var[ColumnRow]) -> rx.Component:
    return rx.badge(
        rx.icon("arrow-right", size=12, aria_hidden="true"),
        column.references,
        rx.cond(column.suggested, " (suggested)", ""),
        color_scheme="teal",
    )


def _rows() -> rx.Component:
    return rx.el.div(
        _toolbar(),
        rx.cond(
            PreviewState.head.length() > 0,
            rx.cond(PreviewState.rows.length() > 0, _grid(), _no_rows()),
            skeleton_rows(8, height="40px"),
        ),
        style={"display": "flex", "flex_direction": "column", "gap": "12px"},
    )


def _toolbar() -> rx.Component:
    return rx.flex(
        rx.input(
            rx.input.slot(rx.icon("search", size=16, aria_hidden="true")),
            value=PreviewState.search,
            on_change=PreviewState.set_search,
            placeholder="Search all columns",
            type="search",
            aria_label="Search rows",
            width=["100%", "280px", "280px"],
        ),
        rx.flex(
            rx.el.span(_range(), class_name="pd-quiet pd-number", role="status"),
            _turn("Previous page", "chevron-left", -1, PreviewState.page_number <= 1),
            _turn(
                "Next page", "chevron-right", 1, PreviewState.page_number >= PreviewState.page_count
            ),
            gap="8px",
            align="center",
        ),
        gap="12px",
        align="center",
        justify="between",
        wrap="wrap",
    )


def _range() -> rx.Component:
    first = count(PreviewState.shown_offset + 1)
    total = rx.fragment(count(PreviewState.total), rx.cond(PreviewState.at_least, "+", ""))
    return rx.cond(
        PreviewState.total > 0,
        rx.fragment(first, " to ", count(PreviewState.last_row), " of ", total, " rows"),
        rx.cond(PreviewState.loading, "Loading", "0 rows"),
    )


def _turn(label: str, icon: str, by: int, disabled: rx.Var[bool]) -> rx.Component:
    return rx.icon_button(
        rx.icon(icon, size=16),
        on_click=PreviewState.turn_page(by),
        disabled=disabled,
        variant="soft",
        color_scheme="gray",
        type="button",
        aria_label=label,
    )


def _no_rows() -> rx.Component:
    return rx.cond(
        PreviewState.search,
        empty_state("search-x", "No row matches", "Try fewer or other words."),
        empty_state("rows-3", "No rows", "This table is empty."),
    )


def _grid() -> rx.Component:
    return table(
        [rx.foreach(PreviewState.head, _head_cell)],
        rx.foreach(
            PreviewState.rows,
            lambda row, at: rx.el.tr(rx.foreach(row, lambda cell, column: _cell(cell, at, column))),
        ),
        label="Rows of " + PreviewState.table,
        narrow=True,
        max_height="min(640px, 70vh)",
        opacity=rx.cond(PreviewState.loading, "0.6", "1"),
    )


def _head_cell(cell: rx.Var[HeadCell]) -> rx.Component:
    sorted_by = PreviewState.sort == cell.name
    direction = rx.cond(
        sorted_by, rx.cond(PreviewState.descending, "descending", "ascending"), "none"
    )
    arrow = rx.match(
        direction,
        ("ascending", rx.icon("arrow-up", size=14, aria_hidden="true")),
        ("descending", rx.icon("arrow-down", size=14, aria_hidden="true")),
        rx.fragment(),
    )
    return rx.el.th(
        rx.el.button(
            cell.name,
            arrow,
            on_click=PreviewState.sort_by(cell.name),
            type="button",
            style={
                "display": "inline-flex",
                "align_items": "center",
                "gap": "4px",
                "padding": "4px 0",
                "border": "0",
                "background": "transparent",
                "color": "inherit",
                "font": "inherit",
                "cursor": "pointer",
                "&:hover": {"color": "var(--gray-12)"},
            },
        ),
        scope="col",
        class_name=rx.cond(cell.numeric, "number", ""),
        custom_attrs={"aria-sort": direction},
    )


def _cell(cell: rx.Var[Cell], row: rx.Var[int], column: rx.Var[int]) -> rx.Component:
    quiet = rx.el.span(cell.text, class_name="pd-quiet", font_style="italic")
    cut = rx.el.button(
        cell.text,
        "…",
        on_click=PreviewState.show_whole(row, column),
        type="button",
        title="Show the whole value",
        style={
            "max_width": "420px",
            "overflow": "hidden",
            "text_overflow": "ellipsis",
            "white_space": "nowrap",
            "padding": "0",
            "border": "0",
            "background": "transparent",
            "color": "inherit",
            "font": "inherit",
            "text_align": "left",
            "text_decoration": "underline dotted",
            "cursor": "pointer",
        },
    )
    head: Any = PreviewState.head
    return rx.el.td(
        rx.match(
            cell.kind, ("null", quiet), ("empty", quiet), ("cut", cut), rx.fragment(cell.text)
        ),
        class_name=rx.cond(head[column].numeric, "number", ""),
        custom_attrs={"data-kind": cell.kind},
    )


def _whole_value() -> rx.Component:
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(PreviewState.whole_column, size="4"),
            rx.el.pre(PreviewState.whole_text, class_name="pd-code", tab_index=0),
            rx.flex(
                rx.button(
                    "Copy",
                    on_click=rx.set_clipboard(PreviewState.whole_text),
                    variant="soft",
                    color_scheme="gray",
                    type="button",
                ),
                rx.dialog.close(rx.button("Close", type="button")),
                gap="12px",
                justify="end",
                margin_top="16px",
            ),
            max_width="720px",
            aria_describedby=None,
        ),
        open=PreviewState.whole_shown,
        on_open_change=PreviewState.set_whole_shown,
    )
