"""One entry of the catalogue."""

from dataclasses import dataclass
from typing import Literal

from proto_ddf.errors.codes.error_types import TYPES, ErrorType

Family = Literal["validation", "system", "integration", "general"]
Category = Literal["transient", "persistent", "user", "system"]
Severity = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True)
class ErrorCode:
    """One kind of failure.

    `title`, `message` and `hint` are templates of `proto_ddf.errors.templates`: `str.format` fields, and
    square brackets around a part that is left out if one of its fields is unknown.
    """

    code: str
    family: Family
    category: Category
    """How the error behaves: it ends by itself (transient), it stays until its cause is removed (persistent), it comes
    from a person's input (user), or from this machine (system)."""
    severity: Severity
    retryable: bool
    """The call is retried automatically."""
    title: str
    message: str
    """What happened, and why."""
    hint: str
    """What to do."""
    field: str | None = None
    """The form field at fault, unless the error names another."""
    try_again: bool = False
    """Try Again is offered: the error is transient, or its cause can be removed outside the form."""

    @property
    def type(self) -> ErrorType:
        """What kind of thing failed, in general; a case may differ (`Finding.type`)."""
        return TYPES[self.code]


def system_error(
    code: str,
    title: str,
    message: str,
    hint: str,
    *,
    category: Category = "system",
    severity: Severity = "high",
) -> ErrorCode:
    """The code of a failure of this machine or of a program on it."""
    return ErrorCode(
        code, "system", category, severity, False, title, message, hint, try_again=True
    )


def external_error(
    code: str,
    category: Category,
    title: str,
    message: str,
    hint: str,
    *,
    field: str | None = None,
    retryable: bool = False,
    try_again: bool = True,
    family: Family = "integration",
) -> ErrorCode:
    """The code of a failure of an external system: a database, a service, a source."""
    return ErrorCode(
        code,
        family,
        category,
        "medium",
        retryable,
        title,
        message,
        hint,
        field,
        try_again=try_again,
    )
