"""Changes one row within a transaction, after checking the change against the data.

A change writes exactly the fields that a person changed, and only if they still hold what that person saw (compare and
set). It changes exactly one row; otherwise its transaction has to be rolled back.
"""

from typing import Any

import sqlalchemy as sa

from .conflicts import Conflict, changed_texts, differences
from .data import key_is
from .dialect import equals
from .errors import CHECK_FIELDS, NOT_ALLOWED, ROW_GONE, DataError, Problem
from .form_validation import validated
from .identity import identifying, without_rollback
from .row_snapshot import Snapshot, Stored, read_stored, stored_value
from .sign_in import ONLY_READING, may_edit
from .stored import is_stored
from .stored import written as written_text
from .views import VIEWS, TableView
from .written_forms import written_forms

Key = tuple[Any, ...]


class OtherThanOneRow(Exception):
    """A statement changed this number of rows instead of one; the transaction is rolled back."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} rows")
        self.count = count


def add_row(connection: sa.Connection, view: TableView, values: dict[str, Any]) -> Key:
    """Add a row with these values, and return its key. Raises as `create`."""
    _must_be_allowed(without_rollback(connection, view))
    _check_against_data(connection, view, values, None)
    statement = sa.insert(view.table).values(values)
    made = connection.execute(statement.execution_options(preserve_rowcount=True))
    _must_be_one(made)
    generated = made.inserted_primary_key or ()
    return tuple(
        values[name] if values.get(name) is not None else generated[at]
        for at, name in enumerate(view.key)
    )


def change_row(
    connection: sa.Connection,
    view: TableView,
    key: Key,
    texts: dict[str, str],
    snapshot: Snapshot,
) -> Key:
    """Write the fields that the texts change, and return the row's key. Raises as `update`, or OtherThanOneRow."""
    current = current_row(connection, view, key)
    changed, versions = changed_texts(view, texts, snapshot, current)
    values = parsed(connection, view, changed, current)
    if versions:
        raise Conflict(versions)
    if values:
        seen = {name: current[name] for name in (*view.key, *values)}
        write_values(connection, view, key, values, seen)
    return tuple(values.get(name, value) for name, value in zip(view.key, key, strict=True))


def parsed(
    connection: sa.Connection, view: TableView, changed: dict[str, str], current: Stored
) -> dict[str, Any]:
    """The texts as values, written as the row writes them. Raises DataError with the fields that are invalid."""
    fields = [view.by_name[name] for name in changed]
    own = {
        name: written_text(view.column(name), text)
        for name in changed
        if (text := current[name]) is not None
    }
    forms = written_forms(connection, view, fields, own)
    return validated(changed, fields, creating=False, like=forms)


def write_values(
    connection: sa.Connection, view: TableView, key: Key, values: dict[str, Any], seen: Stored
) -> None:
    """Write the values if the row still holds what was seen. Raises DataError, or OtherThanOneRow."""
    _check_against_data(connection, view, values, key)
    statement = sa.update(view.table).where(*key_is(view, key), *_holds(view, seen))
    _must_be_one(connection.execute(statement.values(values)))


def remove_row(connection: sa.Connection, view: TableView, key: Key, snapshot: Snapshot) -> None:
    """Delete the row if it still holds what was shown. Raises as `delete`, or OtherThanOneRow."""
    current = current_row(connection, view, key)
    if versions := differences(view, snapshot, current):
        raise Conflict(versions)
    remove_held(connection, view, key, current)


def remove_held(connection: sa.Connection, view: TableView, key: Key, seen: Stored) -> None:
    """Delete the row if it still holds what was seen. Raises OtherThanOneRow."""
    statement = sa.delete(view.table).where(*key_is(view, key), *_holds(view, seen))
    _must_be_one(connection.execute(statement))


def must_be_editable(view: TableView) -> None:
    if not view.editable or not view.key:
        raise DataError(NOT_ALLOWED)
    if not may_edit():
        raise DataError(Problem("Not changed", ONLY_READING))


def _must_be_allowed(reason: str) -> None:
    if reason:
        raise DataError(Problem("This cannot be changed here", reason))


def _must_be_one(done: Any) -> None:
    if done.rowcount != 1:
        raise OtherThanOneRow(done.rowcount)


def current_row(connection: sa.Connection, view: TableView, key: tuple[Any, ...]) -> Stored:
    """The current texts of the row. Raises DataError if it does not exist, or if its key may identify several rows."""
    current = read_stored(connection, view, key)
    if current is None:
        raise DataError(ROW_GONE)
    _must_be_allowed(identifying(connection, view, key))
    return current


def _holds(view: TableView, stored: Stored) -> list[sa.ColumnElement[bool]]:
    """The conditions that the fields still hold these texts."""
    return [is_stored(stored_value(view, name), text) for name, text in stored.items()]


def _check_against_data(
    connection: sa.Connection,
    view: TableView,
    values: dict[str, Any],
    key: tuple[Any, ...] | None,
) -> None:
    """Raises DataError with the fields whose value must be unique but is used, or refers to a row that does not
    exist."""
    wrong: dict[str, str] = {}
    for name, value in values.items():
        field = view.by_name[name]
        if value is None:
            continue
        if field.unique and _taken(connection, view, name, value, key):
            wrong[name] = f"Another row already has this {field.label.lower()}."
        elif not _exists(connection, view, name, value):
            wrong[name] = "This row does not exist any more. Choose another one."
    if wrong:
        raise DataError(CHECK_FIELDS, wrong)


def _taken(
    connection: sa.Connection, view: TableView, name: str, value: Any, key: tuple[Any, ...] | None
) -> bool:
    statement = (
        sa.select(sa.literal(1)).select_from(view.table).where(equals(view.column(name), value))
    )
    if key is not None:
        statement = statement.where(sa.not_(sa.and_(*key_is(view, key))))
    return connection.execute(statement.limit(1)).first() is not None


def _exists(connection: sa.Connection, view: TableView, name: str, value: Any) -> bool:
    relation = view.relation_of(name)
    if relation is None:
        return True
    target = VIEWS[relation.target].column(relation.target_fields[0])
    statement = sa.select(sa.literal(1)).where(equals(target, value))
    return connection.execute(statement.limit(1)).first() is not None
