"""A table with a sticky head, numbers aligned to the right, and its own scrolling."""

from typing import Any

import reflex as rx

_STYLE = {
    "table": {
        "width": "100%",
        "border_collapse": "separate",
        "border_spacing": "0",
        "font_size": "var(--font-size-2)",
    },
    "th, td": {
        "padding": "8px 16px",
        "border_bottom": "1px solid var(--pd-line)",
        "text_align": "left",
        "white_space": "nowrap",
        "vertical_align": "middle",
        "height": "40px",
    },
    "tbody tr:last-child td": {"border_bottom": "0"},
    "tbody tr:hover": {"background": "var(--gray-a2)"},
    "thead": {"background": "var(--gray-2)"},
    "th": {
        "position": "sticky",
        "top": "0",
        "z_index": "1",
        "height": "36px",
        "background": "var(--gray-2)",
        "color": "var(--gray-11)",
        "font_size": "var(--font-size-1)",
        "font_weight": "500",
    },
    # Columns are as wide as their content; an empty cell at the end takes the remaining width.
    "&.narrow tr::after": {
        "content": "''",
        "display": "table-cell",
        "width": "100%",
        "border_bottom": "1px solid var(--pd-line)",
    },
    "&.narrow tbody tr:last-child::after": {"border_bottom": "0"},
    ".number": {"text_align": "right", "font_variant_numeric": "tabular-nums"},
    ".wide": {"@media (max-width: 767px)": {"display": "none"}},
    "&:focus-visible": {"outline": "2px solid var(--focus-8)", "outline_offset": "-2px"},
}


def table(
    head: list[rx.Component] | rx.Component,
    body: rx.Component,
    *,
    label: str | rx.Var[str],
    narrow: bool = False,
    **props: Any,
) -> rx.Component:
    """A table in a panel that scrolls by itself. Cells of class "number" are aligned to the right; cells of class
    "wide" are hidden on a phone.

        table([rx.el.th("Name", scope="col")], rx.foreach(S.rows, row), label="Sources")

    With `narrow` columns are only as wide as their content. `props` are those of the panel, e.g. `max_height`.
    """
    cells = head if isinstance(head, list) else [head]
    return rx.box(
        rx.el.table(
            rx.el.thead(rx.el.tr(*cells)),
            rx.el.tbody(body),
            aria_label=label,
        ),
        class_name="pd-panel narrow" if narrow else "pd-panel",
        style=_STYLE,
        overflow="auto",
        tab_index=0,
        role="region",
        aria_label=label,
        **props,
    )
