"""The engine of Proto-DDF's own database, sessions on it, and its migrations.

Python's sqlite3 opens a transaction before the first write, here with BEGIN IMMEDIATE. A read before it
holds no snapshot, so that reading and then writing never fails with "database is locked" because another
thread wrote in between. Whoever needs the lock before reading sends `BEGIN IMMEDIATE` first.

SQLite goes on writing into a file that was moved away, and makes an empty one where there is none. Here every
connection is opened only if the file exists, and given out only while the path still names the file that was opened
first: else what is asked fails with "unable to open database file" until it is back.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, event
from sqlmodel import Session

from proto_ddf import errors
from proto_ddf.settings import get_settings

BUSY_TIMEOUT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"

_engines: dict[Path, Engine] = {}
_files: dict[Path, "FileId"] = {}
"""Which file each path named when it was opened first."""
_lock = Lock()


class FileId(NamedTuple):
    """Tells a file from any other that has its name later."""

    device: int
    inode: int


def engine() -> Engine:
    """The engine of the database in the home folder; one per path, made when first asked for."""
    path = get_settings().database_path
    with _lock:
        if path not in _engines:
            _engines[path] = guarded_engine(path, BUSY_TIMEOUT_MS)
        return _engines[path]


def guarded_engine(path: Path, busy_timeout_ms: int) -> Engine:
    """An engine of the SQLite file `path`, which must exist, that never works on another file than the first one."""
    made = sqlalchemy.create_engine(
        sqlalchemy.URL.create(
            "sqlite", database=path.absolute().as_uri(), query={"mode": "rw", "uri": "true"}
        ),
        connect_args={"isolation_level": "IMMEDIATE", "timeout": busy_timeout_ms / 1000},
        poolclass=sqlalchemy.QueuePool,
        pool_size=8,
        max_overflow=56,
    )
    event.listen(made, "do_connect", lambda *_: _check_file(path))
    event.listen(made, "connect", _prepare)
    event.listen(made, "checkout", lambda *_: _check_file(path))
    return made


def file_id(path: Path) -> FileId | None:
    """The file that the path names now; None where there is none.

    Raises:
        OSError: when it cannot be told.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return FileId(status.st_dev, status.st_ino)


def opened_file(path: Path) -> FileId | None:
    """The file that an engine of this path works on; None before it was first opened."""
    return _files.get(path)


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
        raise errors.SystemError(
            f"The database cannot be migrated: {error}", component="db"
        ) from error
    finally:
        migrating.dispose()


def reconnect() -> None:
    """Close the connections that nobody uses now: what they remember of the file may be out of date."""
    with _lock:
        for opened in _engines.values():
            opened.dispose()


def dispose() -> None:
    """Close every connection and forget which file it was; the next use opens anew."""
    reconnect()
    with _lock:
        for path in _engines:
            _files.pop(path, None)
        _engines.clear()


def forget_file(path: Path) -> None:
    """The next engine of this path works on whatever file it names then."""
    _files.pop(path, None)


def _check_file(path: Path) -> None:
    now = file_id(path)
    if now is None or _files.setdefault(path, now) != now:
        raise sqlite3.OperationalError(
            f"unable to open database file: {path.name} was moved, deleted or replaced"
        )


def _url(path: Path) -> sqlalchemy.URL:
    return sqlalchemy.URL.create("sqlite", database=str(path))


def _prepare(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
