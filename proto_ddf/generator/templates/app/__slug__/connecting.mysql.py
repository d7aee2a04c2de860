"""Connects to the MySQL or MariaDB server."""

from typing import Any

import pymysql  # type: ignore[import-untyped, unused-ignore]
import sqlalchemy as sa

from . import pooling

TRANSACTIONS = "REPEATABLE READ"
"""The isolation level of changes."""


def create_engine(url: sa.URL, writable: bool) -> sa.Engine:
    """The engine for the database of the URL. Its sessions are read-only unless `writable`."""

    def connect(*given: Any, **named: Any) -> Any:
        limits = {
            "connect_timeout": pooling.CONNECT_SECONDS,
            "read_timeout": pooling.SILENT_SECONDS,
            "write_timeout": pooling.SILENT_SECONDS,
            "charset": "utf8mb4",
            "binary_prefix": True,
        }
        if password := named.get("password"):
            named["password"] = password.encode()  # PyMySQL encodes text as Latin-1
        connection = pymysql.connect(*given, **limits | named, autocommit=True)
        try:
            _prepare(connection, writable)
        except BaseException:
            connection.close()
            raise
        return connection

    return pooling.pooled(url.set(drivername="mysql+pymysql"), connect, _socket_of)


def _prepare(connection: Any, writable: bool) -> None:
    """Set up a session: values that do not fit are refused instead of cut. Time limits are in seconds (MariaDB) or
    milliseconds (MySQL)."""
    limit = f"max_execution_time = {pooling.ANSWER_SECONDS * 1_000}"
    if "MariaDB" in connection.get_server_info():
        limit = f"max_statement_time = {pooling.ANSWER_SECONDS}"
    strict = "CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_TRANS_TABLES')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET SESSION {limit}, SESSION sql_mode = {strict},"
            f" SESSION innodb_lock_wait_timeout = {pooling.LOCKED_SECONDS}"
        )
        if not writable:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")


def _socket_of(connection: Any) -> int | None:
    """The driver has no public attribute for the socket."""
    return int(connection._sock.fileno()) if connection.open else None
