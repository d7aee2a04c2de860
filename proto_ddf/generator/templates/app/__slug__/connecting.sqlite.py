"""Opens the SQLite file.

It is opened for each use, so that a file that was replaced or removed is noticed at once, and is never created by
mistake.
"""

import sqlite3
import time
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from .environment import ROOT

TRANSACTIONS = "SERIALIZABLE"
"""The isolation level of changes; SQLite has no other."""
BUSY_SECONDS = 5.0
"""How long to wait for another program's lock."""
ANSWER_SECONDS = 30
"""Limit for one use of the connection; a recursive view may have no end."""
STEPS = 100_000
"""Instructions of SQLite's virtual machine between two checks of the time: a few milliseconds."""
CACHE_KIB = 256
"""Small, because the cache is filled again for each use, while the operating system keeps the file's pages."""


def create_engine(url: sa.URL, writable: bool) -> sa.Engine:
    """The engine for the file of the URL; a relative path is relative to the app's folder."""
    path = (ROOT / _file_name(url.database or "")).resolve()
    mode = "rw" if writable and url.query.get("mode") != "ro" else "ro"
    return sa.create_engine(
        "sqlite://",
        creator=lambda: _open(path, mode),
        poolclass=NullPool,
        hide_parameters=True,
    )


def _file_name(database: str) -> str:
    """The path in an SQLite URL, which may itself be a `file:` URI."""
    return unquote(urlsplit(database).path) if database.startswith("file:") else database


def _decoded(stored: bytes) -> str:
    """Decode a text. Bytes that are not UTF-8 get the escapes that Python uses for file names (PEP 383)."""
    return stored.decode(errors="surrogateescape")


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    connection.text_factory = _decoded
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    until = time.monotonic() + ANSWER_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    return connection


def allow_seconds(connection: sa.Connection, seconds: float) -> None:
    """Another limit for this use of the connection, which lasts long because it has many rows."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    until = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > until, STEPS)
