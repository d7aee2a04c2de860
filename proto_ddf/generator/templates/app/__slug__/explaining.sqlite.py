"""What SQLite could not do, in words for a person."""

import re

import sqlalchemy as sa

from .errors import (
    DISK_FULL,
    IN_USE,
    LOCKED,
    READ_ONLY,
    REFERS_TO_NOTHING,
    REQUIRED,
    TABLE_CHANGED,
    TOO_SLOW,
    DataError,
    Problem,
    at_fields,
    refused,
    taken,
    unexpected,
)
from .views import TableView

GONE = Problem(
    "The data cannot be reached",
    "The database file is not where it should be.",
    "It may have been moved, renamed or deleted. Put it back, then try again.",
    can_retry=True,
)
NO_DATABASE = Problem(
    "The data cannot be read",
    "The file is not a SQLite database, or it is damaged.",
    "Put back a good copy of the file, then try again.",
    can_retry=True,
)
_BY_TEXT = (
    ("unable to open database", GONE),
    ("no such file", GONE),
    ("database is locked", LOCKED),
    ("database table is locked", LOCKED),
    ("readonly database", READ_ONLY),
    ("not a database", NO_DATABASE),
    ("malformed", NO_DATABASE),
    ("no such table", TABLE_CHANGED),
    ("no such column", TABLE_CHANGED),
    ("has no column", TABLE_CHANGED),
    ("disk is full", DISK_FULL),
    ("interrupted", TOO_SLOW),
)


def explain(
    error: sa.exc.SQLAlchemyError, view: TableView | None = None, deleting: bool = False
) -> DataError:
    """The error of the database as a DataError; `view` is the table that was being changed."""
    text = str(getattr(error, "orig", None) or error)
    if isinstance(error, sa.exc.IntegrityError) and view is not None:
        return _broken_rule(text, view, deleting)
    lowered = text.lower()
    for part, problem in _BY_TEXT:
        if part in lowered:
            return DataError(problem)
    return unexpected(text)


def _broken_rule(text: str, view: TableView, deleting: bool) -> DataError:
    names = _fields_in(text, view)
    if text.startswith("UNIQUE"):
        return taken(names)
    if text.startswith("NOT NULL"):
        return at_fields(names, REQUIRED)
    if text.startswith("CHECK"):
        return refused(names, text.partition(":")[2].strip())
    if text.startswith("FOREIGN KEY"):
        return DataError(IN_USE if deleting else REFERS_TO_NOTHING)
    return unexpected(text)


def _fields_in(text: str, view: TableView) -> list[str]:
    """Fields whose column is named in the database's message."""
    said = text.partition(":")[2]
    return [
        each.name
        for each in view.fields
        if re.search(rf"(?<!\w){re.escape(view.column(each.name).name)}(?!\w)", said)
    ]
