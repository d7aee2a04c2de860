"""How one value looks, in lists and on a row's page."""

import reflex as rx

from ..formats import Cell
from ..views import Field, Kind, TableView


def value(view: TableView, field: Field, cell: rx.Var[Cell]) -> rx.Component:
    """The value of a field, with a link where it refers to another row."""
    if field.kind is Kind.BOOLEAN:
        return rx.el.span(cell.text, class_name="flag " + cell.style)
    if view.relation_of(field.name):
        return rx.cond(
            cell.href != "",
            rx.link(cell.text, href=cell.href, class_name="cut"),
            rx.el.span(cell.text, class_name=cell.style),
        )
    return rx.el.span(cell.text, class_name="cut " + cell.style)


def any_value(cell: rx.Var[Cell]) -> rx.Component:
    """A value whose field is known only at run time."""
    return rx.el.span(cell.text, class_name="cut " + cell.style)


def alignment(view: TableView, field: Field) -> str:
    """The CSS class of a column: amounts stand at the right."""
    is_amount = field.is_number and field.name not in view.key and not view.relation_of(field.name)
    return "number" if is_amount else ""


def may_be_long(field: Field) -> bool:
    """A list may have to cut this field's text."""
    return field.kind in (Kind.TEXT, Kind.JSON) and (field.max_length or 1_000) > 120
