"""Turns errors of SQLite into messages for people."""

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
    against_own_rule,
    at_fields,
    refused,
    taken,
    unexpected,
    without_values,
)
from .views import TableView

GONE = Problem(
    "The data cannot be reached",
    "The database file is not where it should be.",
    "It may have been moved, renamed or deleted. Restore it, then try again.",
    can_retry=True,
)
NO_DATABASE = Problem(
    "The data cannot be read",
    "The file is not a SQLite database, or it is damaged.",
    "Restore a good copy of the file, then try again.",
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
    """The database's error as a DataError; `view` is the table of the change, if there was one."""
    original = getattr(error, "orig", None)
    if original is None:
        return unexpected("")
    text, name = str(original), _name_of(original)
    if name != _RAISED:
        lowered = text.lower()
        for part, problem in _BY_TEXT:
            if part in lowered:
                return DataError(problem)
    return unexpected(text) if view is None else _refused_change(name, text, view, deleting)


_UNNAMED = {3091: "SQLITE_CONSTRAINT_DATATYPE"}
"""Names that Python 3.11 lacks."""
_RAISED = "SQLITE_CONSTRAINT_TRIGGER"
"""Raised by RAISE in a trigger; the message may be anything, and may contain values."""


def _name_of(original: BaseException) -> str:
    """The name of SQLite's extended error code (SQLite docs, "Result and Error Codes"); empty for errors of the
    driver."""
    code = getattr(original, "sqlite_errorcode", 0)
    return _UNNAMED.get(code) or str(getattr(original, "sqlite_errorname", ""))


def code_of(error: sa.exc.SQLAlchemyError) -> str:
    """What to log about an error: SQLite's extended code, and its message without values."""
    original = getattr(error, "orig", None)
    if original is None:
        return type(error).__name__
    name = _name_of(original)
    code = f"{getattr(original, 'sqlite_errorcode', 'no code')} {name or type(original).__name__}"
    return code if name == _RAISED else f"{code}, {without_values(str(original))}"


def _refused_change(name: str, text: str, view: TableView, deleting: bool) -> DataError:
    fields = _fields_in(text, view)
    match name.removeprefix("SQLITE_CONSTRAINT_"):
        case "UNIQUE" | "PRIMARYKEY" | "ROWID":
            return taken(fields)
        case "NOTNULL" if fields:
            return at_fields(fields, REQUIRED)
        case "CHECK":
            return refused(fields, text.partition(":")[2].strip())
        case "FOREIGNKEY":
            return DataError(IN_USE if deleting else REFERS_TO_NOTHING)
        case "DATATYPE" if fields:
            return at_fields(fields, f"The database says: {text}.")
    return against_own_rule(text, deleting)


def _fields_in(text: str, view: TableView) -> list[str]:
    """The fields whose column is named in the database's message."""
    message = text.partition(":")[2] or text.rpartition(" column ")[2]
    return [
        each.name
        for each in view.fields
        if re.search(rf"(?<!\w){re.escape(view.column(each.name).name)}(?!\w)", message)
    ]
