"""The errors of the database, as messages for people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

REQUIRED = "This field is required."


@dataclass
class Problem:
    """The content of a callout; an empty title means that there is no error."""

    title: str = ""
    message: str = ""
    hint: str = ""
    can_retry: bool = False


class DataError(Exception):
    """A read or a change that failed.

    `problem` is for the callout; `fields` has the messages of single fields, by field name. `outcome` is what is
    replied to the submission, see submission_store.py.
    """

    outcome = "refused"
    address = ""
    """Of the row that it is about, if that is another one than the page shows."""

    def __init__(self, problem: Problem, fields: dict[str, str] | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.fields = fields or {}


class OutcomeUnknown(DataError):
    """The connection was lost at the end of a change, so it is unknown whether it was written."""


LOCKED = Problem(
    "The database is busy",
    "Another program is writing to it and has not finished.",
    "Wait a moment, then try again.",
    can_retry=True,
)
READ_ONLY = Problem(
    "The data cannot be changed",
    "The database is read-only for this app.",
    "Ask the database's administrator for permission to write, then try again.",
    can_retry=True,
)
TABLE_CHANGED = Problem(
    "The table has changed",
    "A table or column that this page shows is no longer in the database.",
    "Restore it, or generate the app again from the current database.",
    can_retry=True,
)
DISK_FULL = Problem(
    "No disk space left",
    "The disk that holds the database is full.",
    "Free some space, then try again.",
    can_retry=True,
)
TOO_SLOW = Problem(
    "This takes too long",
    "The database did not finish in time, so the query was cancelled.",
    "Narrow it down by a filter, or sort by another column; then try again.",
    can_retry=True,
)
ROW_GONE = Problem(
    "This row is gone",
    "It was deleted, or its key was changed, since you opened it.",
    "Go back to the list to see what is there now.",
)
SEVERAL_ROWS = Problem(
    "Nothing was changed",
    "The change would have affected more than one row, so it was rolled back.",
    "The key of this row does not identify it: ask the database's administrator.",
)
NOT_CHANGED = Problem(
    "Nothing was changed",
    "The database changed nothing and gave no reason. A trigger or a rule of the table may do that.",
    "Ask the database's administrator.",
)
CHANGED_BY_OTHERS = Problem(
    "Somebody else has changed this row",
    "Nothing was written yet. Both versions are shown below.",
    "Choose one for each field, then save.",
)
ROWS_INCOMPLETE = Problem(
    "Nothing was changed",
    "The page did not send which rows are meant.",
    "Select the rows again, then repeat the change.",
)
FORM_INCOMPLETE = Problem(
    "Not saved",
    "The page did not send what is needed to save this row.",
    "Open the row again, then repeat the change.",
)
ADDED_BEFORE = Problem(
    "A row was already added from this form",
    "The form was saved with other values then. Nothing more has been written yet.",
    "Open that row to change it, or choose below to add another one, then save.",
)
MAYBE_ADDED = Problem(
    "It is unknown whether the row was added",
    "The app or the database stopped while this form was being saved.",
    "Look for the row in the list. If it is not there, choose below to add it, then save.",
)
BEING_SAVED = Problem(
    "This form is being saved",
    "The save has not finished yet.",
    "Wait a moment, then try again.",
    can_retry=True,
)
NOT_RECORDED = Problem(
    "Not saved",
    "The app cannot write to its own file .submissions.db, which protects against saving twice.",
    "Free some disk space, then try again.",
    can_retry=True,
)
NOT_WRITTEN = Problem(
    "Not saved",
    "Something went wrong, and nothing was written. The app's log has the details.",
    "Try again.",
    can_retry=True,
)
NOT_ALLOWED = Problem(
    "This table cannot be changed here",
    "Editing is switched off for it.",
)
UNEXPECTED = Problem(
    "Something went wrong",
    "The database could not answer.",
    "Try again. If the problem stays, look at the app's log.",
    can_retry=True,
)
IN_USE = Problem(
    "Not deleted",
    "Other rows refer to this one.",
    "Delete or change those rows first. Reload this row's page to see them.",
)
REFERS_TO_NOTHING = Problem(
    "Not saved",
    "A row that this one refers to was deleted, or other rows refer to the key that you are changing.",
    "Choose another row, or leave the key as it was.",
)
CHECK_FIELDS = Problem(
    "Not saved yet",
    "Some fields are not valid: they are marked below.",
)


NO_VALUE = "Nothing can match"
"""The title if the database does not accept the value of an address or a filter for the column."""
_MOST_WORDS = 500
_QUOTED = re.compile(r"""['"`“].*['"`”]|\d+(\.\d+)?""", re.DOTALL)


def at_fields(names: Sequence[str], message: str) -> DataError:
    """A change was refused because of these fields; without fields, because of the row."""
    if not names:
        return DataError(Problem("Not saved", message))
    return DataError(CHECK_FIELDS, dict.fromkeys(names, message))


def refused_by_constraint(names: Sequence[str], rule: str) -> DataError:
    """A constraint of the database does not allow the values of these fields."""
    return at_fields(names, f"The database does not accept this value (rule: {rule}).")


def no_value(message: str) -> DataError:
    """The requested value is not valid for its column's type."""
    return DataError(
        Problem(
            NO_VALUE,
            _database_message(message),
            "Remove the filter or the search, or ask for another value.",
        )
    )


def unexpected(message: str) -> DataError:
    """Any other error of a read; `message` is the database's message, which may be empty."""
    return DataError(
        Problem(UNEXPECTED.title, _database_message(message), UNEXPECTED.hint, can_retry=True)
    )


def refused_by_database(message: str, deleting: bool, hint: str = "") -> DataError:
    """A change was refused by another rule of the database, for example a trigger. `message` is the database's
    message."""
    return DataError(
        Problem("Not deleted" if deleting else "Not saved", _database_message(message), hint)
    )


def _database_message(message: str) -> str:
    message = message.strip()
    if len(message) > _MOST_WORDS:
        message = message[:_MOST_WORDS] + "…"
    return f"The database says: {message}" if message else UNEXPECTED.message


def without_values(message: str) -> str:
    """The database's message for a log: without quoted texts and without numbers."""
    return _QUOTED.sub("…", message)[:_MOST_WORDS]


def duplicate_values(names: Sequence[str]) -> DataError:
    """Another row has the same values in these fields."""
    together = " together with the other marked fields" if len(names) > 1 else ""
    return at_fields(names, f"Another row already has this value{together}.")
