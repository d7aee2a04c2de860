"""Creates, updates and deletes single rows, each in a transaction; see row_changes.py."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from .conflicts import Conflict, Version, changed_texts, differences
from .data import forget_counts
from .database import change_transaction, read_connection
from .errors import NOT_CHANGED, ROW_GONE, SEVERAL_ROWS, DataError
from .form_validation import validated
from .keys import encode_key
from .row_changes import OtherThanOneRow, add_row, change_row, must_be_editable, remove_row
from .row_snapshot import Snapshot, Stored, read_stored
from .views import TableView
from .written_forms import forms_without_row

Written = Callable[[sa.Connection, str], None]
"""Is called in the transaction of a change once it is written, with the row's key as it appears in an address."""


def _ignore(connection: sa.Connection, key: str) -> None:
    """A `Written` that does nothing."""


def create(view: TableView, texts: dict[str, str], written: Written = _ignore) -> str:
    """Add a row from a form's texts by field, and return its key as it appears in an address.

    Raises:
        DataError: a field is invalid (see `fields`), or the database refused the row.
    """
    must_be_editable(view)
    asked = [field for field in view.form_fields if field.name in texts or field.required]
    texts = {name: text.replace("\r\n", "\n") for name, text in texts.items()}
    values = validated(texts, asked, creating=True, like=forms_without_row(view, asked))
    try:
        with change_transaction(view) as connection:
            key = encode_key(view, add_row(connection, view, values))
            written(connection, key)
    except OtherThanOneRow as wrong:
        raise DataError(SEVERAL_ROWS if wrong.count else NOT_CHANGED) from None
    forget_counts()
    return key


def update(
    view: TableView,
    key: tuple[Any, ...],
    texts: dict[str, str],
    snapshot: Snapshot,
    written: Written = _ignore,
) -> str:
    """Write the fields that the texts change, and return the row's key as it appears in an address.

    Args:
        texts: the texts of the form's controls by field; of all fields, or only of those that were edited.

    Raises:
        Conflict: somebody else changed the same fields.
        DataError: a field is invalid (see `fields`), the row does not exist any more, or the database refused.
    """
    must_be_editable(view)
    try:
        with change_transaction(view) as connection:
            now = encode_key(view, change_row(connection, view, key, texts, snapshot))
            written(connection, now)
    except OtherThanOneRow as wrong:
        raise _explained(
            view, key, wrong.count, lambda now: changed_texts(view, texts, snapshot, now)[1]
        ) from None
    forget_counts()
    return now


def delete(
    view: TableView, key: tuple[Any, ...], snapshot: Snapshot, written: Written = _ignore
) -> None:
    """Delete the row, if it still holds what was shown. `written` gets an empty key.

    Raises:
        Conflict: somebody else changed it.
        DataError: the row does not exist any more, other rows refer to it, or the database refused.
    """
    must_be_editable(view)
    try:
        with change_transaction(view, deleting=True) as connection:
            remove_row(connection, view, key, snapshot)
            written(connection, "")
    except OtherThanOneRow as wrong:
        raise _explained(
            view, key, wrong.count, lambda now: differences(view, snapshot, now)
        ) from None
    forget_counts()


def _explained(
    view: TableView,
    key: tuple[Any, ...],
    count: int,
    versions_of: Callable[[Stored], list[Version]],
) -> DataError:
    """The error for a statement that changed `count` rows instead of one; `versions_of` finds the fields that differ
    now."""
    if count > 1:
        return DataError(SEVERAL_ROWS)
    with read_connection() as connection:
        current = read_stored(connection, view, key)
    if current is None:
        return DataError(ROW_GONE)
    versions = versions_of(current)
    return Conflict(versions) if versions else DataError(NOT_CHANGED)
