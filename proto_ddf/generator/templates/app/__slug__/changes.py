"""Creates, updates and deletes rows, after checking the change against the data.

A change writes exactly the fields that a person changed, and only if they still hold what that person saw (compare and
set). It changes exactly one row; otherwise it is rolled back.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from .conflicts import Conflict, Version, changed_texts, differences
from .data import forget_counts, key_is
from .database import change_transaction, read_connection
from .dialect import equals
from .errors import (
    CHECK_FIELDS,
    NOT_ALLOWED,
    NOT_CHANGED,
    ROW_GONE,
    SEVERAL_ROWS,
    DataError,
    Problem,
)
from .form_validation import validated
from .identity import identifying, without_rollback
from .keys import encode_key
from .row_snapshot import Snapshot, Stored, read_stored, stored_value
from .sign_in import ONLY_READING, may_edit
from .stored import is_stored
from .stored import written as written_text
from .views import VIEWS, TableView
from .written_forms import forms_without_row, written_forms

Written = Callable[[sa.Connection, str], None]
"""Is called in the transaction of a change once it is written, with the row's key as it appears in an address."""


def _ignore(connection: sa.Connection, key: str) -> None:
    """A `Written` that does nothing."""


class _OtherThanOneRow(Exception):
    """A statement changed this number of rows instead of one; the transaction is rolled back."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} rows")
        self.count = count


def create(view: TableView, texts: dict[str, str], written: Written = _ignore) -> str:
    """Add a row from a form's texts by field, and return its key as it appears in an address.

    Raises:
        DataError: a field is invalid (see `fields`), or the database refused the row.
    """
    _must_be_editable(view)
    asked = [field for field in view.form_fields if field.name in texts or field.required]
    texts = {name: text.replace("\r\n", "\n") for name, text in texts.items()}
    values = validated(texts, asked, creating=True, like=forms_without_row(view, asked))
    try:
        with change_transaction(view) as connection:
            _must_be_allowed(without_rollback(connection, view))
            _check_against_data(connection, view, values, None)
            statement = sa.insert(view.table).values(values)
            made = connection.execute(statement.execution_options(preserve_rowcount=True))
            _must_be_one(made)
            generated = made.inserted_primary_key or ()
            key = encode_key(
                view,
                [
                    values[name] if values.get(name) is not None else generated[at]
                    for at, name in enumerate(view.key)
                ],
            )
            written(connection, key)
    except _OtherThanOneRow as wrong:
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
    _must_be_editable(view)
    try:
        with change_transaction(view) as connection:
            current = _current(connection, view, key)
            changed, versions = changed_texts(view, texts, snapshot, current)
            fields = [view.by_name[name] for name in changed]
            own = {
                name: written_text(view.column(name), text)
                for name in changed
                if (text := current[name]) is not None
            }
            forms = written_forms(connection, view, fields, own)
            values = validated(changed, fields, creating=False, like=forms)
            if versions:
                raise Conflict(versions)
            if values:
                _check_against_data(connection, view, values, key)
                is_same = _holds(view, {name: current[name] for name in (*view.key, *values)})
                statement = sa.update(view.table).where(*key_is(view, key), *is_same)
                _must_be_one(connection.execute(statement.values(values)))
            now = encode_key(
                view, [values.get(name, value) for name, value in zip(view.key, key, strict=True)]
            )
            written(connection, now)
    except _OtherThanOneRow as wrong:
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
    _must_be_editable(view)
    try:
        with change_transaction(view, deleting=True) as connection:
            current = _current(connection, view, key)
            if versions := differences(view, snapshot, current):
                raise Conflict(versions)
            statement = sa.delete(view.table).where(*key_is(view, key), *_holds(view, current))
            _must_be_one(connection.execute(statement))
            written(connection, "")
    except _OtherThanOneRow as wrong:
        raise _explained(
            view, key, wrong.count, lambda now: differences(view, snapshot, now)
        ) from None
    forget_counts()


def _must_be_editable(view: TableView) -> None:
    if not view.editable or not view.key:
        raise DataError(NOT_ALLOWED)
    if not may_edit():
        raise DataError(Problem("Not changed", ONLY_READING))


def _must_be_allowed(reason: str) -> None:
    if reason:
        raise DataError(Problem("This cannot be changed here", reason))


def _must_be_one(done: Any) -> None:
    if done.rowcount != 1:
        raise _OtherThanOneRow(done.rowcount)


def _current(connection: sa.Connection, view: TableView, key: tuple[Any, ...]) -> Stored:
    """The current texts of the row. Raises DataError if it does not exist, or if its key may identify several rows."""
    current = read_stored(connection, view, key)
    if current is None:
        raise DataError(ROW_GONE)
    _must_be_allowed(identifying(connection, view, key))
    return current


def _holds(view: TableView, stored: Stored) -> list[sa.ColumnElement[bool]]:
    """The conditions that the fields still hold these texts."""
    return [is_stored(stored_value(view, name), text) for name, text in stored.items()]


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
