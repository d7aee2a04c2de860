"""The pool of connections to the server.

Reading needs no transaction, so that each statement takes one round trip. A connection that the server closed while it
was idle is replaced before use.
"""

import select
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from .environment import setting

CONNECT_SECONDS = 10
ANSWER_SECONDS = 30
"""The server cancels a statement that takes longer."""
LOCKED_SECONDS = 5
"""How long a change waits for a lock."""
SILENT_SECONDS = 45
"""A connection is given up if the server sends nothing for this time."""
MOST_CONNECTIONS = 10
RENEW_SECONDS = 300
"""An older connection is not used again: a firewall on the way may have dropped it."""


def pooled(
    url: sa.URL, connect: Callable[..., Any], socket_of: Callable[[Any], int | None]
) -> sa.Engine:
    """An engine for the URL, with the password of the settings.

    Args:
        connect: takes the driver's arguments and returns a connection.
        socket_of: returns a connection's file number; None if it is closed.
    """
    password = setting("DATABASE_PASSWORD", "")
    made = sa.create_engine(
        url.set(password=password) if password else url,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,
        pool_size=MOST_CONNECTIONS // 2,
        max_overflow=MOST_CONNECTIONS - MOST_CONNECTIONS // 2,
        pool_timeout=CONNECT_SECONDS,
        pool_recycle=RENEW_SECONDS,
        pool_use_lifo=True,
    )

    @sa.event.listens_for(made, "do_connect")
    def do_connect(_dialect: Any, _record: Any, given: Any, named: dict[str, Any]) -> Any:
        return connect(*given, **named)

    @sa.event.listens_for(made, "checkout")
    def on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        if _is_gone(socket_of(connection)):
            raise sa.exc.DisconnectionError("the server has closed the connection")

    return made


def _is_gone(socket: int | None) -> bool:
    """Whether the connection is closed. A server only sends data without a request when it closes the connection."""
    if socket is None:
        return True
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
