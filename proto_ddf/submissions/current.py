"""The submission in whose handler the code runs. `asyncio.to_thread` keeps it; events that a handler starts do not have it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Submission:
    """One run of a submission's handler."""

    id: str
    """32 hexadecimal digits."""
    kept: dict[str, Any] = field(default_factory=dict)
    """The storage variables of the form when it was sent."""
    address: str = ""
    """The page to which the handler led a tab that is not connected, or shows another page than the submission's."""
    refusal: dict[str, Any] | None = None
    """Why the handler did not accept it: title, message, fields."""
    is_elsewhere: bool = False
    """Its tab shows another page than the one on which it was made."""
    is_in_doubt: bool = False
    """Its effect is stored, and may still be taken back."""
    is_too_early: bool = False
    """The server is starting or stopping, so that it cannot be done now."""


_current: ContextVar[Submission | None] = ContextVar("submission", default=None)


def current_submission() -> Submission | None:
    return _current.get()


def enter(submission: Submission) -> None:
    """Make it the current one of this task and of the threads that it starts."""
    _current.set(submission)


@contextmanager
def in_doubt() -> Iterator[None]:
    """While this lasts, the effect of the current submission may still be taken back (`unseal`)."""
    submission = _current.get()
    if submission is None:
        yield
        return
    submission.is_in_doubt = True
    try:
        yield
    finally:
        submission.is_in_doubt = False


@contextmanager
def outside() -> Iterator[None]:
    """For what a handler does beside the effect of its submission: it neither seals nor refuses it."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def put_off() -> None:
    """The server is starting or stopping: the current submission, if any, is to be sent again, unless its effect is stored."""
    submission = _current.get()
    if submission is not None:
        submission.is_too_early = True


def refuse(title: str, message: str, field_name: str | None = None) -> None:
    """The current submission, if any, is not accepted, for the reason that the page shows."""
    submission = _current.get()
    if submission is None:
        return
    earlier = submission.refusal or {"title": title, "message": message, "fields": {}}
    if field_name:
        earlier["fields"][field_name] = message
    submission.refusal = earlier
