"""Who the current code acts for: the id of an account, which operations, errors and logs record."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ANONYMOUS = "anonymous"
"""Nobody signs in, or the server itself acts."""

_current: ContextVar[str] = ContextVar("current_user", default=ANONYMOUS)


def current_user() -> str:
    """The id of the account, for the current task or thread."""
    return _current.get()


def set_current_user(user_id: str) -> None:
    """For the rest of the current task, and for threads that it starts by `asyncio.to_thread`."""
    _current.set(user_id)


@contextmanager
def acting_for(user_id: str) -> Iterator[None]:
    token = _current.set(user_id)
    try:
        yield
    finally:
        _current.reset(token)
