"""Opens SQLite files for reading, and turns SQLite's errors into Proto-DDF's codes."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote as quote_url

from proto_ddf.errors.types import IntegrationError
from proto_ddf.resilience import policy_config, time_left
from proto_ddf.sources.resilient import SYSTEM

BUSY_SECONDS = 2.0
"""How long to wait for a lock that another program holds."""
_INSTRUCTIONS_BETWEEN_CHECKS = 10_000
"""Instructions of SQLite's virtual machine between two checks of the time: a fraction of a millisecond."""
_MAGIC = b"SQLite format 3\0"
_HEADER = 100
"""Length in bytes of a database's header."""
_PAGE_SIZES = {1, *(2**power for power in range(9, 16))}
"""As stored in the header; 1 stands for 65,536."""
_CODES = {
    sqlite3.SQLITE_BUSY: ("sqlite_locked", "is locked by another program"),
    sqlite3.SQLITE_LOCKED: ("sqlite_locked", "is locked by another program"),
    sqlite3.SQLITE_NOTADB: ("sqlite_not_a_database", "is not a SQLite database"),
    sqlite3.SQLITE_CORRUPT: ("sqlite_not_a_database", "is damaged"),
    sqlite3.SQLITE_READONLY: ("sqlite_read_only", "cannot be written"),
    sqlite3.SQLITE_CANTOPEN: ("file_unreadable", "cannot be opened"),
    sqlite3.SQLITE_PERM: ("file_unreadable", "cannot be opened"),
    sqlite3.SQLITE_IOERR: ("file_unreadable", "cannot be read"),
}


@contextmanager
def read_connection(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection inside one transaction.

    Raises:
        IntegrationError: at field "path": `source_gone`, `file_unreadable`, `sqlite_empty` (no bytes at all),
            `sqlite_not_a_database`, `file_cut_short`, or `sqlite_locked`.
    """
    with errors_translated(path, "read"):
        _check_file(path)
        connection = _connect(path)
        try:
            connection.execute("BEGIN")
            _check_complete(connection, path)
            yield connection
        finally:
            connection.close()


@contextmanager
def time_limit(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Limit the time of all statements in the context. A recursive view may have no end. Not to be nested.

    Raises:
        TimeoutError: the limit was reached.
    """
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, _INSTRUCTIONS_BETWEEN_CHECKS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise TimeoutError(f"no answer within {seconds:.3g} s") from error
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def answer_time_limit(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Limit the time to that of one answer of a source. Raises IntegrationError: `query_timeout`."""
    seconds = policy_config(SYSTEM).read_timeout
    try:
        with time_limit(connection, time_left(seconds)):
            yield
    except TimeoutError as error:
        raise IntegrationError(
            f"{path.name}: {error}",
            path.name,
            "read",
            code="query_timeout",
            seconds=f"{seconds:g}",
        ) from error


@contextmanager
def errors_translated(path: Path, operation: str) -> Iterator[None]:
    """Turn errors of SQLite and of the disk into IntegrationErrors about `path`."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte of an extended error code is its basic code.
        known = _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if known is None:
            raise
        code, words = known
        if code == "sqlite_not_a_database" and _is_cut_short(path):
            raise _cut_short(path, operation) from error
        raise _error(path, operation, code, f"{path.name} {words}: {error}") from error
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror}"
        raise _error(path, operation, "file_unreadable", message) from error


def check_writable(path: Path) -> None:
    """Check that the database can be written, without changing it.

    Raises:
        IntegrationError: `sqlite_read_only`, or as `read_connection`.
    """
    with errors_translated(path, "write"):
        _check_file(path)
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            message = f"{path.name} or its folder cannot be written."
            raise _error(path, "write", "sqlite_read_only", message)
        connection = _open(path, "mode=rw")
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()


def _check_file(path: Path) -> None:
    if not os.path.lexists(path) and os.access(path.parent, os.X_OK):
        raise _error(path, "open", "source_gone", f"{path.name} is gone.")
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
    if not start:
        raise _error(path, "open", "sqlite_empty", f"{path.name} is empty.")
    if start != _MAGIC:
        message = f"{path.name} is not a SQLite database."
        raise _error(path, "open", "sqlite_not_a_database", message)


def _check_complete(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse an incomplete file. SQLite itself would fill an incomplete page with zeros, and silently lose its rows."""
    connection.execute("PRAGMA schema_version").fetchone()  # takes the lock that keeps writers out
    if _is_cut_short(path) and not _has_pending_wal(path):
        raise _cut_short(path, "open")


def _cut_short(path: Path, operation: str) -> IntegrationError:
    return _error(path, operation, "file_cut_short", f"{path.name} has no end.", what="database")


def _is_cut_short(path: Path) -> bool:
    """Whether a database is smaller than its header says (SQLite's file format, 1.3.2 and 1.3.7)."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if len(header) < _HEADER:
        return header.startswith(_MAGIC)
    page_size, changes, pages, valid_for = (
        int.from_bytes(header[start:end]) for start, end in ((16, 18), (24, 28), (28, 32), (92, 96))
    )
    if page_size not in _PAGE_SIZES or changes != valid_for:
        return False
    return path.stat().st_size < pages * (65_536 if page_size == 1 else page_size)


def _connect(path: Path) -> sqlite3.Connection:
    connection = _open(path, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if not _is_unwritable_wal(path, error):
            raise
        # WAL needs files beside the database. If they cannot be made, no other program can write the
        # database either.
        return _open(path, "immutable=1")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _is_unwritable_wal(path: Path, error: sqlite3.OperationalError) -> bool:
    """Whether the WAL cannot be opened, and holds nothing that reading without it would miss."""
    cannot_open = error.sqlite_errorcode & 0xFF in {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    }
    return cannot_open and not _has_pending_wal(path)


def _has_pending_wal(path: Path) -> bool:
    """Whether the last changes are only in the WAL, and not yet in the database."""
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote_url(str(path))}?{mode}",
        uri=True,
        timeout=time_left(BUSY_SECONDS),
        isolation_level=None,
        check_same_thread=False,  # another thread may close a generator of rows
    )
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _error(path: Path, operation: str, code: str, message: str, **context: str) -> IntegrationError:
    named = {"path": path.name, "name": path.name, "field": "path", **context}
    return IntegrationError(message, "sqlite", operation, code=code, **named)
