"""Writes that outlast a locked moment or a full disk."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from proto_ddf.db import reserve
from proto_ddf.db.engine import session
from proto_ddf.logs import get_logger

_T = TypeVar("_T")

PATIENCE_SECONDS = 15.0
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0
_PASSING = ("database is locked", "disk is full", "disk I/O error", "unable to open database")

log = get_logger(__name__)


def write(
    change: Callable[[Session], _T],
    *,
    patience: float = PATIENCE_SECONDS,
    pause: Callable[[float], object] = time.sleep,
) -> _T:
    """Run `change` in one transaction that holds the write lock from its first read, and commit it.

    A failure that may pass is tried again for `patience` seconds, waiting by `pause(seconds)`, which may
    raise to give up. `change` may therefore run several times.

    Raises:
        sqlalchemy.exc.OperationalError: when it did not pass in time.
    """
    deadline = time.monotonic() + patience
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            return _attempt(change)
        except OperationalError as error:
            reason = str(error.orig)
            if not any(text in reason for text in _PASSING) or time.monotonic() >= deadline:
                raise
        if "full" in reason:
            reserve.release()
        log.warning("database write waits", reason=reason, wait_seconds=wait)
        pause(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def _attempt(change: Callable[[Session], _T]) -> _T:
    with session() as opened:
        opened.connection().exec_driver_sql("BEGIN IMMEDIATE")
        result = change(opened)
        opened.commit()
        return result
