"""What lists read of the columns."""

from typing import Any

import sqlalchemy as sa

from .dialect import shown_binary, start_of, start_of_binary
from .formats import CUT
from .views import Field, Kind, TableView, Widget

LONGEST_ADDRESS = 2_000
"""Characters of an address of the web that lists can open."""


def shown_bytes(field: Field, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The size of a binary value, and how it begins if it may be a picture."""
    is_picture = field.widget is Widget.IMAGE
    return (start_of_binary(column) if is_picture else shown_binary(column)).label(field.name)


def shown_column(view: TableView, field: Field) -> sa.ColumnElement[Any]:
    """Only the start of a long text, and the size of a binary value, but the complete value of a field that identifies
    rows."""
    column = view.column(field.name)
    if view.identifies(field.name):
        return column
    if field.kind is Kind.BINARY:
        return shown_bytes(field, column)
    if field.kind in (Kind.TEXT, Kind.JSON):
        is_address = field.widget in (Widget.URL, Widget.IMAGE)
        needed = LONGEST_ADDRESS if is_address else CUT + 1
        return start_of(column, needed).label(field.name)
    return column
