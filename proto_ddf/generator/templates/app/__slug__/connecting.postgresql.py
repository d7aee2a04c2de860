"""Connects to the PostgreSQL server."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import Buffer, PQGen
from psycopg.adapt import Loader
from psycopg.pq import TransactionStatus

from . import pooling

Result = TypeVar("Result")

TRANSACTIONS = "READ COMMITTED"
"""The isolation level of changes."""


def create_engine(url: sa.URL, writable: bool) -> sa.Engine:
    """The engine for the database of the URL. Its sessions are read-only unless `writable`."""

    def connect(*given: Any, **named: Any) -> _Connection:
        limits = {"connect_timeout": pooling.CONNECT_SECONDS, "prepare_threshold": None}
        connection = _connect(*given, **limits | named, autocommit=True)
        try:
            _prepare(connection, writable)
        except BaseException:
            connection.close()
            raise
        return connection

    return pooling.pooled(url.set(drivername="postgresql+psycopg"), connect, _socket_of)


def _connect(*given: Any, **named: Any) -> "_Connection":
    """Connect. The driver's own error contains the password, so another one is raised, outside of its handler."""
    try:
        return _Connection.connect(*given, **named)
    except psycopg.OperationalError as error:
        message = str(error)
    raise psycopg.OperationalError(message)


class _Connection(psycopg.Connection[Any]):
    """A connection that gives up if the server stops answering; the driver would wait without limit."""

    def wait(
        self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        try:
            return super().wait(gen, interval, timeout or pooling.SILENT_SECONDS)
        except psycopg.OperationalError as error:
            if error.sqlstate or self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError("timeout: the server does not answer") from None


def _socket_of(connection: psycopg.Connection[Any]) -> int | None:
    return None if connection.closed else connection.fileno()


def _prepare(connection: psycopg.Connection[Any], writable: bool) -> None:
    """Set up a session, so that values are written the same way whatever the server's settings; see PostgreSQL docs,
    20.11."""
    settings = {
        "statement_timeout": f"{pooling.ANSWER_SECONDS}s",
        "lock_timeout": f"{pooling.LOCKED_SECONDS}s",
        "DateStyle": "ISO",
        "IntervalStyle": "postgres",
        "extra_float_digits": "1",
        "bytea_output": "hex",
    }
    if not writable:
        settings["default_transaction_read_only"] = "on"
    calls = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    connection.execute(f"SELECT {calls}", [part for pair in settings.items() for part in pair])
    for name, loader in _LOADERS.items():
        connection.adapters.register_loader(name, loader)


def _loader(parse: Callable[[str], date | time]) -> type[Loader]:
    """A loader that returns a text if Python cannot represent the value, such as "infinity", "24:00:00" or a date
    BC."""

    class Tolerant(Loader):
        def load(self, data: Buffer) -> date | time | str:
            text = str(data, "ascii")
            if text.startswith("24:"):  # newer versions of Python read it as the start of a day
                return text
            try:
                return parse(text)
            except ValueError:
                return text

    return Tolerant


_LOADERS = {
    "date": _loader(date.fromisoformat),
    "time": _loader(time.fromisoformat),
    "timetz": _loader(time.fromisoformat),
    "timestamp": _loader(datetime.fromisoformat),
    "timestamptz": _loader(datetime.fromisoformat),
}
