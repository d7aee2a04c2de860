"""The button "Export", which opens links to download all rows of a list."""

import reflex as rx

from ..exports import EXPORTS

_CHOICES = (
    ("csv", "CSV", "Exactly as stored; it can be imported again."),
    ("guarded-csv", "CSV for spreadsheets", "No text in it is taken for a formula."),
    ("excel", "Excel", "At most 1,048,575 rows."),
    ("json", "JSON", "Numbers with all their digits."),
)


@rx.memo
def export_menu(table: rx.Var[str], query: rx.Var[str]) -> rx.Component:
    """The button and its popover. A link opens a tab of its own, which closes when the download begins, and otherwise
    says why there is none."""
    links = [
        rx.el.a(
            rx.el.span(label),
            " ",
            rx.el.small(note, class_name="muted"),
            href=f"{EXPORTS}/{table}/{name}?{query}",
            target="_blank",
            rel="noopener",
        )
        for name, label, note in _CHOICES
    ]
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("download", size=16, aria_hidden="true"),
                "Export",
                variant="surface",
                color_scheme="gray",
            )
        ),
        rx.popover.content(
            rx.el.p("All rows found, on all pages", class_name="muted"),
            *links,
            aria_label="Export",
            class_name="exports",
        ),
    )
