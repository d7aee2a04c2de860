"""Shows one value, in lists and on a row's page."""

import reflex as rx

from ..formats import Cell, alignment
from ..views import TableView
from .local import local

Headings = rx.Var[list[dict[str, str]]]


def value(cell: rx.Var[Cell]) -> rx.Component:
    """The value, formatted for the reader's language; the exact value on hover; a link if it refers to something."""
    text = local(cell.kind, cell.text)
    return rx.match(
        cell.kind,
        ("web", _to_another_site(text, cell)),
        ("picture", _to_another_site(_picture(cell), cell)),
        ("color", _color(cell)),
        rx.cond(
            cell.href != "",
            rx.link(text, href=cell.href, **_marks(cell)),
            plain(cell),
        ),
    )


def plain(cell: rx.Var[Cell]) -> rx.Component:
    """The value without a link."""
    return rx.el.span(local(cell.kind, cell.text), **_marks(cell))


def _marks(cell: rx.Var[Cell]) -> dict[str, rx.Var[str]]:
    return {"class_name": "cut " + cell.style, "title": cell.exact}


def _to_another_site(shown: rx.Var[str] | rx.Component, cell: rx.Var[Cell]) -> rx.Component:
    return rx.link(
        shown, href=cell.href, target="_blank", rel="noopener noreferrer", class_name="cut"
    )


def _picture(cell: rx.Var[Cell]) -> rx.Component:
    """The text is shown while there is no picture."""
    return rx.el.img(
        src=cell.href,
        alt=cell.text,
        loading="lazy",
        referrer_policy="no-referrer",
        class_name="picture",
    )


def _color(cell: rx.Var[Cell]) -> rx.Component:
    return rx.el.span(
        rx.el.span(class_name="swatch", style={"background": cell.text}, aria_hidden="true"),
        cell.text,
        class_name="cut color code",
    )


def headings(view: TableView) -> Headings:
    """Name, label and alignment of each visible field: one list in the page instead of a component for each."""
    return rx.Var.create(
        [
            {"name": field.name, "label": field.label, "align": alignment(view, field)}
            for field in view.visible_fields
        ]
    )
