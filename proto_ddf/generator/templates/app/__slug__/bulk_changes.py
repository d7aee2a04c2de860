"""Changes or deletes many rows in one transaction: all of them, or none. Each row is compared with what was shown, and
changed by a statement of its own."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from .conflicts import is_as_shown
from .data import fetch_row, forget_counts
from .database import change_transaction, read_connection
from .errors import NOT_CHANGED, ROW_GONE, SEVERAL_ROWS, DataError, OutcomeUnknown, Problem
from .form_values import control_value, submitted_text
from .keys import decode_key
from .row_changes import (
    Key,
    OtherThanOneRow,
    current_row,
    must_be_editable,
    parsed,
    remove_held,
    write_values,
)
from .row_order import referring_first
from .row_snapshot import Stored, digest_of_row, read_stored
from .rows import row_name
from .views import Field, TableView

Written = Callable[[sa.Connection], None]
"""Is called in the transaction once all rows are changed."""
CHANGED = Problem("", "somebody else has changed it since it was shown.", "Look at it again.")


@dataclass(frozen=True)
class SeenRow:
    """A row as a page showed it."""

    key: str
    """As it appears in an address."""
    digest: str
    """See `digest_of_row`."""


class RowRefused(DataError):
    """Nothing was changed, because of this row."""

    def __init__(self, view: TableView, row: SeenRow, reason: DataError) -> None:
        why = reason.problem
        words = " ".join(reason.fields.values()) or why.message
        message = f"“{_name(view, row)}” stopped it: {words} All rows are as they were."
        super().__init__(
            Problem("Nothing was changed", message, why.hint, can_retry=why.can_retry),
            reason.fields,
        )
        self.address = f"/{view.route}/{row.key}"


def change_many(
    view: TableView, rows: Sequence[SeenRow], field: Field, text: str, written: Written
) -> None:
    """Write the text of a control into the field of each row.

    Raises:
        RowRefused: one of the rows does not hold what was shown any more, or cannot have this value.
        DataError: the table cannot be changed, or the database refused.
    """

    def change(connection: sa.Connection, key: Key, current: Stored) -> None:
        stored = current[field.name]
        control = control_value(view, field, stored)
        if control.shape == "readonly":
            raise DataError(Problem("Not saved", control.note))
        if is_as_shown(view, field, stored, text):
            return
        changed = {field.name: submitted_text(view, field, text, stored)}
        values = parsed(connection, view, changed, current)
        write_values(connection, view, key, values, current)

    _change_all(view, sorted(rows, key=lambda row: row.key), change, written)


def delete_many(view: TableView, rows: Sequence[SeenRow], written: Written) -> None:
    """Delete the rows, those first that refer to others of them. Raises as `change_many`."""

    def delete(connection: sa.Connection, key: Key, current: Stored) -> None:
        remove_held(connection, view, key, current)

    keys = {row.key: key for row in rows if (key := decode_key(view, row.key)) is not None}
    order = referring_first(view, keys)
    ordered = sorted(rows, key=lambda row: order.index(row.key) if row.key in keys else -1)
    _change_all(view, ordered, delete, written, deleting=True)


def _change_all(
    view: TableView,
    rows: Sequence[SeenRow],
    change: Callable[[sa.Connection, Key, Stored], None],
    written: Written,
    deleting: bool = False,
) -> None:
    must_be_editable(view)
    row: SeenRow | None = None
    try:
        with change_transaction(view, deleting) as connection:
            for row in rows:
                key = _key(view, row)
                change(connection, key, _as_seen(connection, view, key, row))
            row = None
            written(connection)
    except OutcomeUnknown:
        raise
    except OtherThanOneRow as wrong:
        assert row is not None
        raise RowRefused(view, row, _explained(view, row, wrong.count)) from None
    except DataError as error:
        if row is None:
            raise
        raise RowRefused(view, row, error) from error
    forget_counts()


def _key(view: TableView, row: SeenRow) -> Key:
    key = decode_key(view, row.key)
    if key is None:
        raise DataError(ROW_GONE)
    return key


def _as_seen(connection: sa.Connection, view: TableView, key: Key, row: SeenRow) -> Stored:
    """What the row holds. Raises DataError if that is not what was shown."""
    current = current_row(connection, view, key)
    if digest_of_row(current) != row.digest:
        raise DataError(CHANGED)
    return current


def _explained(view: TableView, row: SeenRow, count: int) -> DataError:
    """The error for a statement that changed `count` rows instead of one."""
    if count > 1:
        return DataError(SEVERAL_ROWS)
    with read_connection() as connection:
        current = read_stored(connection, view, _key(view, row))
    if current is None:
        return DataError(ROW_GONE)
    return DataError(NOT_CHANGED if digest_of_row(current) == row.digest else CHANGED)


def _name(view: TableView, row: SeenRow) -> str:
    """The name of the row, or its key if it cannot be read."""
    with suppress(DataError):
        return row_name(view, fetch_row(view, _key(view, row)))
    return row.key
