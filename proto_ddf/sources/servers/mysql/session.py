"""Sessions of MySQL and MariaDB with PyMySQL. Imported only when one is opened: the driver may be missing."""

import socket
import ssl
from collections.abc import Mapping
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from proto_ddf.sources.servers.tcp_probe import longest_wait


class BoundedConnection(pymysql.Connection):  # type: ignore[misc]  # PyMySQL has no types
    """A connection that waits for an answer at most `read_seconds`, or less if the current deadline is nearer. PyMySQL
    closes it after a timeout."""

    read_seconds = 30.0

    def _execute_command(self, command: int, sql: Any) -> None:
        self._read_timeout = longest_wait(self.read_seconds)
        super()._execute_command(command, sql)


def sign_in(
    opened: socket.socket,
    parameters: Mapping[str, Any],
    *,
    encryption: ssl.SSLContext | None,
    required: bool,
    seconds: float,
    read_seconds: float,
) -> BoundedConnection:
    """A connection over a connected socket, autocommit on; the socket is closed on failure. `encryption` None: no
    encryption; unless `required`, a server without encryption is accepted.

    Raises:
        pymysql.Error: `original_exception` is the OSError, if one was the cause.
    """
    connection = BoundedConnection(
        **parameters,
        ssl=encryption if required else None,
        ssl_disabled=encryption is None,
        connect_timeout=seconds,
        read_timeout=seconds,
        write_timeout=seconds,
        autocommit=True,
        client_flag=CLIENT.FOUND_ROWS,
        defer_connect=True,
    )
    connection.read_seconds = seconds
    try:
        connection.connect(opened)
    except BaseException:
        opened.close()
        raise
    connection.read_seconds = read_seconds
    return connection
