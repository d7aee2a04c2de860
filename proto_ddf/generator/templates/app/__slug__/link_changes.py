"""Adds and removes connections of rows; see links.py. A connection is a row, and is saved and deleted as any other."""

from .errors import NOT_ALLOWED, DataError
from .row_page import delete_row, save_form
from .views import Link, TableView


def add_link(view: TableView, name: str, snapshot: str, value: str) -> None:
    """Connect the row with another one. Raises as `save_form`."""
    link = _known(view, name)
    save_form(link.view, {"_snapshot": snapshot, link.other.fields[0]: value})


def remove_link(view: TableView, name: str, snapshot: str) -> None:
    """Remove a connection. Raises as `delete_row`."""
    delete_row(_known(view, name).view, snapshot)


def _known(view: TableView, name: str) -> Link:
    link = view.link(name)
    if link is None:
        raise DataError(NOT_ALLOWED)
    return link
