"""The engine of Proto-DDF's own database, sessions on it, and its migrations.

Python's sqlite3 opens a transaction before the first write, here with BEGIN IMMEDIATE. A read before it
holds no snapshot, so that reading and then writing never fails with "database is locked" because another
thread wrote in between. Whoever needs the lock before reading sends `BEGIN IMMEDIATE` first.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, event
from sqlmodel import Session

from proto_ddf.errors.types import SystemError
from proto_ddf.settings import get_settings

BUSY_TIMEOUT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"

_engines: dict[Path, Engine] = {}
_lock = Lock()


def engine() -> Engine:
    """The engine of the database in the home folder; one per path, made when first asked for."""
    path = get_settings().database_path
    with _lock:
        if path not in _engines:
            _engines[path] = _connect(path)
        return _engines[path]


@contextmanager
def session() -> Iterator[Session]:
    """A session on the database. Commit is the caller's; what is not committed is rolled back."""
    with Session(engine(), expire_on_commit=False) as opened:
        yield opened


def migrate() -> None:
    """Bring the database to the newest revision, making it where there is none.

    All in one transaction that holds SQLite's write lock: a second process waits, then finds nothing to do,
    and a crash leaves the old revision.

    Raises:
        SystemError: code system_error, when the database is of a newer Proto-DDF than this one.
    """
    path = get_settings().database_path
    # Foreign keys stay off: a table rebuilt by a batch is dropped, which would delete what refers to it.
    migrating = sqlalchemy.create_engine(_url(path), connect_args={"timeout": 60})
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with migrating.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except CommandError as error:
        raise SystemError(f"The database cannot be migrated: {error}", component="db") from error
    finally:
        migrating.dispose()


def dispose() -> None:
    """Close every connection; the next use opens anew."""
    with _lock:
        for opened in _engines.values():
            opened.dispose()
        _engines.clear()


def _url(path: Path) -> sqlalchemy.URL:
    return sqlalchemy.URL.create("sqlite", database=str(path))


def _connect(path: Path) -> Engine:
    made = sqlalchemy.create_engine(
        _url(path),
        connect_args={"isolation_level": "IMMEDIATE", "timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=8,
        max_overflow=56,
    )
    event.listen(made, "connect", _prepare)
    return made


def _prepare(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
