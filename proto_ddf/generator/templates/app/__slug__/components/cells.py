"""How one value looks, in lists and on a row's page."""

import reflex as rx

from ..formats import Cell, alignment
from ..views import TableView

Headings = rx.Var[list[dict[str, str]]]


def value(cell: rx.Var[Cell]) -> rx.Component:
    """The value, as a link where it refers to a row."""
    classes = "cut " + cell.style
    return rx.cond(
        cell.href != "",
        rx.link(cell.text, href=cell.href, class_name=classes),
        rx.el.span(cell.text, class_name=classes),
    )


def headings(view: TableView) -> Headings:
    """Name, label and alignment of each field that is shown: one list in the page, not a component each."""
    return rx.Var.create(
        [
            {"name": field.name, "label": field.label, "align": alignment(view, field)}
            for field in view.shown
        ]
    )
