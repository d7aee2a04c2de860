"""What went wrong with the data, in words for a person."""

import re
from dataclasses import dataclass

import sqlalchemy as sa

from .views import TableView


@dataclass
class Problem:
    """What a callout shows; an empty title means that nothing is wrong."""

    title: str = ""
    message: str = ""
    hint: str = ""
    can_retry: bool = False


class DataError(Exception):
    """A read or a change that failed.

    `problem` is for the callout; `fields` holds what is wrong with single fields, by field name.
    """

    def __init__(self, problem: Problem, fields: dict[str, str] | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.fields = fields or {}


GONE = Problem(
    "The data cannot be reached",
    "The database file is not where it should be.",
    "It may have been moved, renamed or deleted. Put it back, then try again.",
    can_retry=True,
)
LOCKED = Problem(
    "The database is busy",
    "Another program is writing to it and has not finished.",
    "Wait a moment, then try again.",
    can_retry=True,
)
READ_ONLY = Problem(
    "The data cannot be changed",
    "The database is read-only for this app.",
    "Ask whoever looks after the file for permission to write, then try again.",
    can_retry=True,
)
NO_DATABASE = Problem(
    "The data cannot be read",
    "The file is not a SQLite database, or it is damaged.",
    "Put back a good copy of the file, then try again.",
    can_retry=True,
)
TABLE_CHANGED = Problem(
    "The table has changed",
    "A table or column that this page shows is no longer in the database.",
    "Bring it back, or generate the app again from the database as it is now.",
    can_retry=True,
)
DISK_FULL = Problem(
    "There is no room left",
    "The disk that holds the database is full.",
    "Free some space, then try again.",
    can_retry=True,
)
ROW_GONE = Problem(
    "This row is gone",
    "It was deleted, or its key was changed, since you opened it.",
    "Go back to the list to see what is there now.",
)
NOT_ALLOWED = Problem(
    "This table cannot be changed here",
    "Editing is switched off for it.",
)
UNEXPECTED = Problem(
    "Something went wrong",
    "The database could not answer.",
    "Try again. If it stays, look at the app's log.",
    can_retry=True,
)
IN_USE = Problem(
    "Not deleted",
    "Other rows refer to this one.",
    "Delete or change those first: they are listed on this row's page after a reload.",
)
REFERS_TO_NOTHING = Problem(
    "Not saved",
    "A row that this one refers to is gone, or rows refer to the key that you are changing.",
    "Choose another row, or leave the key as it was.",
)
CHECK_FIELDS = Problem(
    "Not saved yet",
    "Some fields need another look: they are marked below.",
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
    return DataError(UNEXPECTED)


def _broken_rule(text: str, view: TableView, deleting: bool) -> DataError:
    names = _fields_in(text, view)
    if text.startswith("UNIQUE"):
        together = " together with the other marked fields" if len(names) > 1 else ""
        return _at_fields(names, f"Another row already has this value{together}.")
    if text.startswith("NOT NULL"):
        return _at_fields(names, "This field is required.")
    if text.startswith("CHECK"):
        rule = text.partition(":")[2].strip()
        return _at_fields(names, f"The database does not accept this value (rule: {rule}).")
    if text.startswith("FOREIGN KEY"):
        return DataError(IN_USE if deleting else REFERS_TO_NOTHING)
    return DataError(UNEXPECTED)


def _at_fields(names: list[str], message: str) -> DataError:
    if not names:
        return DataError(Problem("Not saved", message))
    return DataError(CHECK_FIELDS, dict.fromkeys(names, message))


def _fields_in(text: str, view: TableView) -> list[str]:
    """Fields whose column is named in the database's message."""
    said = text.partition(":")[2]
    return [
        each.name
        for each in view.fields
        if re.search(rf"(?<!\w){re.escape(view.column(each.name).name)}(?!\w)", said)
    ]
