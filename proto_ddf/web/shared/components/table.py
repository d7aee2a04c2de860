"""The looks of a table: a head that stays, numbers to the right, room to scroll."""

from typing import Any

import reflex as rx

_LOOKS = {
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
    # Columns keep to their content's width; what is left over goes to an empty cell at the end.
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
    """A table in a panel that scrolls by itself; cells of class "number" stand right, those of class
    "wide" are left out on a phone.

        table([rx.el.th("Name", scope="col")], rx.foreach(S.rows, row), label="Sources")

    `narrow` keeps columns to their content's width. `props` go to the panel, e.g. `max_height`.
    """
    cells = head if isinstance(head, list) else [head]
    return rx.box(
        rx.el.table(
            rx.el.thead(rx.el.tr(*cells)),
            rx.el.tbody(body),
            aria_label=label,
        ),
        class_name="pd-panel narrow" if narrow else "pd-panel",
        style=_LOOKS,
        overflow="auto",
        tab_index=0,
        role="region",
        aria_label=label,
        **props,
    )
