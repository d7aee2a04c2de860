"""Writes with retries while the database is locked or the disk is full."""

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
_TRANSIENT = ("database is locked", "disk is full", "disk I/O error", "unable to open database")

log = get_logger(__name__)


def write(
    change: Callable[[Session], _T],
    *,
    patience: float = PATIENCE_SECONDS,
    uses_reserve: bool = True,
    pause: Callable[[float], object] = time.sleep,
) -> _T:
    """Run `change` in one transaction that holds the write lock from its first read, and commit it.

    After a transient failure it retries for `patience` seconds. It waits with `pause(seconds)`, which may raise to give
    up. So `change` may run several times. On a full disk it uses the reserve, unless nothing depends on the change.

    Raises:
        sqlalchemy.exc.OperationalError: the failure is not transient, or lasted too long.
    """
    deadline = time.monotonic() + patience
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            return _attempt(change)
        except OperationalError as error:
            reason = str(error.orig)
            if not any(text in reason for text in _TRANSIENT) or time.monotonic() >= deadline:
                raise
        if uses_reserve and "full" in reason:
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
