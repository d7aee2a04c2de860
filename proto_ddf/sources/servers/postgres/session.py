"""Sessions of PostgreSQL with psycopg. Imported only when one is opened: the driver may be missing.

psycopg waits for an answer without limit, and reports a failed sign-in only as text in the server's language. Here a
connection has a time limit, and an error its SQLSTATE: found by the text if that is English, else in libpq's trace of the
sign-in.
"""

import os
import re
import selectors
import time
from collections.abc import Mapping
from typing import IO, Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.errors import (
    ConnectionTimeout,
    InvalidAuthorizationSpecification,
    InvalidPassword,
    _WaitTimeout,
    lookup,
)

from proto_ddf.sources.servers.tcp_probe import longest_wait

T = TypeVar("T")

_TRACED = 1 << 16
_HANDED_ON = re.compile(rb"\tAuthenticationCleartextPassword\b")
"""A server that passes the password on, to LDAP, RADIUS or PAM, asks for it in clear text."""
_ERROR = re.compile(rb'\tErrorResponse\t[^\n]*? C "([0-9A-Z]{5})"')
_ENGLISH = tuple(
    (re.compile(pattern), sqlstate)
    for pattern, sqlstate in (
        (r"(password|PAM|LDAP|RADIUS) authentication failed for user ", "28P01"),
        (r"no pg_hba\.conf entry for |pg_hba\.conf rejects ", "28000"),
        (r'role ".*" (is not permitted to log in|does not exist)', "28000"),
        (r'database ".*" does not exist', "3D000"),
        (r"permission denied for database ", "42501"),
        (r"sorry, too many clients|too many connections for |remaining connection slots", "53300"),
        (r"the database system is ", "57P03"),
    )
)
"""Messages of PostgreSQL during sign-in, with their SQLSTATE; others need a trace."""


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that waits for an answer at most `read_seconds`, or less if the current deadline is nearer. After a
    timeout it is closed, because the answer may still come."""

    read_seconds = 30.0

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        seconds = longest_wait(self.read_seconds) if timeout is None else timeout
        try:
            return super().wait(gen, interval, seconds)
        except _WaitTimeout as error:
            self.pgconn.finish()
            raise ConnectionTimeout(f"no answer within {seconds:.3g} s") from error


class PasswordNeededError(psycopg.OperationalError):
    """The server asks for a password, and none was given."""


def sign_in(
    parameters: Mapping[str, str | int],
    *,
    seconds: float,
    read_seconds: float,
    begin: str = "",
    traced: bool = False,
) -> BoundedConnection:
    """A connection, autocommit on, after the statement `begin` if one is given. `parameters` are libpq's. Each `traced` sign-in leaks 5 kB: psycopg never closes the C file of the trace.

    Raises:
        psycopg.Error: of the class of its SQLSTATE if that is known; PasswordNeededError; ConnectionTimeout.
    """
    attempt = pq.PGconn.connect_start(make_conninfo("", **parameters).encode())
    with _memory() as trace:
        traced = traced and _begin_trace(attempt, trace)
        try:
            _finish(attempt, seconds)
        except psycopg.OperationalError as error:
            raise _with_sqlstate(error, attempt, trace if traced else None) from None
        if traced:
            attempt.untrace()
    attempt.nonblocking = 1
    connection = BoundedConnection(attempt)
    connection.read_seconds = read_seconds
    connection.autocommit = True
    if begin:
        try:
            connection.execute(begin)
        except BaseException:
            connection.close()
            raise
    return connection


def _finish(attempt: pq.abc.PGconn, seconds: float) -> None:
    """Connect and sign in (libpq docs, 32.1, PQconnectPoll). Raises psycopg.OperationalError."""
    until = time.monotonic() + seconds
    while attempt.status != pq.ConnStatus.BAD:
        state = attempt.connect_poll()
        if state == pq.PollingStatus.OK:
            return
        if state == pq.PollingStatus.FAILED:
            break
        left = until - time.monotonic()
        if left <= 0 or not _ready(attempt.socket, state, left):
            raise ConnectionTimeout(f"no answer within {seconds:.3g} s")
    raise psycopg.OperationalError(attempt.get_error_message("utf-8"))


def _ready(descriptor: int, state: int, seconds: float) -> bool:
    reading = state == pq.PollingStatus.READING
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ if reading else selectors.EVENT_WRITE)
        return bool(selector.select(seconds))


def _memory() -> IO[bytes]:
    """A file in memory only, because the trace contains what the client sends to sign in."""
    if not hasattr(os, "memfd_create"):
        return open(os.devnull, "r+b")
    return open(os.memfd_create("sign-in"), "r+b")


def _begin_trace(attempt: pq.abc.PGconn, trace: IO[bytes]) -> bool:
    """Start libpq's trace; returns whether it can, as on Linux."""
    try:
        attempt.trace(trace.fileno())
    except psycopg.NotSupportedError:
        return False
    return True


def _with_sqlstate(
    error: psycopg.OperationalError, attempt: pq.abc.PGconn, trace: IO[bytes] | None
) -> psycopg.Error:
    """The error in the class of the server's SQLSTATE, if that is known."""
    needs_password = attempt.needs_password
    if trace is not None:
        attempt.untrace()
    attempt.finish()
    if needs_password:
        return PasswordNeededError(str(error))
    if isinstance(error, ConnectionTimeout):
        return error
    sqlstate = _in_english(str(error)) if trace is None else _in_trace(trace)
    try:
        return lookup(sqlstate)(str(error))
    except KeyError:
        return error


def _in_english(text: str) -> str:
    """The SQLSTATE of an English message. Of libpq's attempts, with and without encryption, the last one counts."""
    last = next(iter(text.strip().splitlines()[::-1]), "")
    said = last.partition(" failed: FATAL:  ")[2]
    return next((state for pattern, state in _ENGLISH if pattern.match(said)), "")


def _in_trace(trace: IO[bytes]) -> str:
    trace.seek(0)
    said = trace.read(_TRACED)
    sqlstate = next(iter(_ERROR.findall(said)[::-1]), b"").decode()
    if sqlstate == InvalidAuthorizationSpecification.sqlstate and _HANDED_ON.search(said):
        return InvalidPassword.sqlstate or ""  # for which those have no state of their own
    return sqlstate
