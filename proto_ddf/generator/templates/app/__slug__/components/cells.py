"""Shows one value, in lists and on a row's page."""

import reflex as rx

from ..formats import Cell, alignment
from ..views import TableView
from .local import local

Headings = rx.Var[list[dict[str, str]]]


def value(cell: rx.Var[Cell]) -> rx.Component:
    """The value, formatted for the reader's language; the exact value on hover; a link if it refers to a row."""
    text = local(cell.kind, cell.text)
    marks = {"class_name": "cut " + cell.style, "title": cell.exact}
    return rx.cond(
        cell.href != "",
        rx.link(text, href=cell.href, **marks),
        rx.el.span(text, **marks),
    )


def headings(view: TableView) -> Headings:
    """Name, label and alignment of each visible field: one list in the page instead of a component for each."""
    return rx.Var.create(
        [
            {"name": field.name, "label": field.label, "align": alignment(view, field)}
            for field in view.visible_fields
        ]
    )
