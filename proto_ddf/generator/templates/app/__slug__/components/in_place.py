"""The form of a row on the page of another one that it refers to."""

import reflex as rx

from ..states.in_place import InPlaceMixin
from ..views import TableView
from .form import row_form


def in_place_form(view: TableView, state: type[InPlaceMixin]) -> rx.Component:
    """The form with its heading; for a row that cannot be changed the reason."""
    return rx.el.div(
        rx.heading(state.name, as_="h3", size="3"),
        rx.cond(
            state.read_only == "",
            row_form(view, state),
            rx.el.div(
                rx.el.p(rx.el.b("Read-only. "), state.read_only),
                rx.button("Close", on_click=state.cancel, variant="soft", color_scheme="gray"),
                class_name="panel padded",
                role="note",
            ),
        ),
    )
