"""A connection that may write for a moment."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def writable_session(connection: sa.Connection, begin: str, end: str) -> Iterator[None]:
    """Runs the statement `begin`, which lifts the read-only protection, and `end`, which restores it. After any error the
    connection is closed: one that could still write never goes back to its pool."""
    try:
        connection.exec_driver_sql(begin)
        yield
        connection.exec_driver_sql(end)
    except BaseException:
        if not connection.invalidated:
            connection.invalidate()
        raise
