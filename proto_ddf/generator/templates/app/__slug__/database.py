"""The connection to the data.

A SQLite file is opened for each use, so that a file that was replaced or taken away is noticed at once, and is
never created by mistake.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from .config import ALLOW_EDITING, DATABASE_URL
from .environment import ROOT
from .errors import explain
from .views import TableView

BUSY_SECONDS = 5.0
"""How long to wait for another program's lock."""


@lru_cache
def engine() -> sa.Engine:
    """The engine of `DATABASE_URL`, read-only where editing is not allowed."""
    url = sa.make_url(DATABASE_URL)
    if url.get_backend_name() != "sqlite" or not url.database:
        return sa.create_engine(url, pool_pre_ping=True)
    path = (ROOT / _file_name(url.database)).resolve()
    mode = "rw" if ALLOW_EDITING and url.query.get("mode") != "ro" else "ro"
    return sa.create_engine("sqlite://", creator=lambda: _open(path, mode), poolclass=NullPool)


def _file_name(database: str) -> str:
    """The path in an SQLite URL, which may itself be written as a `file:` URI."""
    return unquote(urlsplit(database).path) if database.startswith("file:") else database


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def reading() -> Iterator[sa.Connection]:
    """A connection to read from. Raises DataError."""
    try:
        with engine().connect() as connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        raise explain(error) from error


@contextmanager
def changing(view: TableView, deleting: bool = False) -> Iterator[sa.Connection]:
    """A transaction that changes the view's table: kept when the block ends well. Raises DataError."""
    try:
        with engine().begin() as connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        raise explain(error, view, deleting) from error
