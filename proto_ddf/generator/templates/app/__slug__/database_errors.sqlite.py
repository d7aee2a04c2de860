"""Turns errors of SQLite into messages for people."""

import re

import sqlalchemy as sa

from . import errors
from .errors import DataError, Problem
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
    ("database is locked", errors.LOCKED),
    ("database table is locked", errors.LOCKED),
    ("readonly database", errors.READ_ONLY),
    ("not a database", NO_DATABASE),
    ("malformed", NO_DATABASE),
    ("no such table", errors.TABLE_CHANGED),
    ("no such column", errors.TABLE_CHANGED),
    ("has no column", errors.TABLE_CHANGED),
    ("disk is full", errors.DISK_FULL),
    ("interrupted", errors.TOO_SLOW),
)


def explain(
    error: sa.exc.SQLAlchemyError, view: TableView | None = None, deleting: bool = False
) -> DataError:
    """The database's error as a DataError; `view` is the table of the change, if there was one."""
    original = getattr(error, "orig", None)
    if original is None:
        return errors.unexpected("")
    text, name = str(original), _name_of(original)
    if name != _RAISED:
        lowered = text.lower()
        for part, problem in _BY_TEXT:
            if part in lowered:
                return DataError(problem)
    return errors.unexpected(text) if view is None else _refused_change(name, text, view, deleting)


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
    return code if name == _RAISED else f"{code}, {errors.without_values(str(original))}"


def _refused_change(name: str, text: str, view: TableView, deleting: bool) -> DataError:
    fields = _fields_in(text, view)
    match name.removeprefix("SQLITE_CONSTRAINT_"):
        case "UNIQUE" | "PRIMARYKEY" | "ROWID":
            return errors.duplicate_values(fields)
        case "NOTNULL" if fields:
            return errors.at_fields(fields, errors.REQUIRED)
        case "CHECK":
            return errors.refused_by_constraint(fields, text.partition(":")[2].strip())
        case "FOREIGNKEY":
            return DataError(errors.IN_USE if deleting else errors.REFERS_TO_NOTHING)
        case "DATATYPE" if fields:
            return errors.at_fields(fields, f"The database says: {text}.")
    return errors.refused_by_database(text, deleting)


def _fields_in(text: str, view: TableView) -> list[str]:
    """The fields whose column is named in the database's message."""
    message = text.partition(":")[2] or text.rpartition(" column ")[2]
    return [
        each.name
        for each in view.fields
        if re.search(rf"(?<!\w){re.escape(view.column(each.name).name)}(?!\w)", message)
    ]
