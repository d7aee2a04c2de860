"""The engine of Proto-DDF's own database, sessions on it, and its migrations.

Python's sqlite3 opens a transaction before the first write, here with BEGIN IMMEDIATE. A read before that holds no
snapshot, so that a read and a later write never fail with "database is locked" because another thread wrote in
between. Code that needs the write lock before it reads sends `BEGIN IMMEDIATE` first.

SQLite keeps writing to a file that was moved away, and creates an empty file if there is none. Therefore a connection
is opened only if the file exists, and is used only while the path still names the file that was opened first.
Otherwise every query fails with "unable to open database file" until the file is back.
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
from proto_ddf.folder_lock import locked
from proto_ddf.settings import get_settings

BUSY_TIMEOUT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"

_engines: dict[Path, Engine] = {}
_files: dict[Path, "FileId"] = {}
"""The file that each path named when it was first opened."""
_lock = Lock()


class FileId(NamedTuple):
    """Identifies a file, also if another file gets its name later."""

    device: int
    inode: int


def engine() -> Engine:
    """The engine of the database in the home folder; one per path, made on first use."""
    path = get_settings().database_path
    with _lock:
        if path not in _engines:
            _engines[path] = single_file_engine(path, BUSY_TIMEOUT_MS)
        return _engines[path]


def single_file_engine(path: Path, busy_timeout_ms: int) -> Engine:
    """An engine of the SQLite file `path`, which must exist. It never uses another file that later gets this path."""
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
    """The file that the path names now; None if there is none.

    Raises:
        OSError: the path cannot be read.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return FileId(status.st_dev, status.st_ino)


def opened_file(path: Path) -> FileId | None:
    """The file that an engine of this path uses; None before it was first opened."""
    return _files.get(path)


@contextmanager
def session() -> Iterator[Session]:
    """A session on the database. The caller commits; uncommitted changes are rolled back."""
    with Session(engine(), expire_on_commit=False) as opened:
        yield opened


def migrate() -> None:
    """Migrate the database to the newest revision. It is created if there is none.

    One transaction with SQLite's write lock does everything: a second process waits and then has nothing to do, and
    after a crash the database still has the old revision.

    Raises:
        SystemError: code system_error, if the database belongs to a newer version of Proto-DDF.
    """
    path = get_settings().database_path
    # Foreign keys stay off: a batch drops the old table, which would delete the rows that refer to it.
    migrating = sqlalchemy.create_engine(_url(path), connect_args={"timeout": 60})
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with migrating.connect() as connection:
            # Two that switch a new database to WAL in the same moment do not wait for each other: one fails at once.
            with locked(path.parent):
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
    """Close the idle connections, because what they have cached of the file may be out of date."""
    with _lock:
        for opened in _engines.values():
            opened.dispose()


def forget_file(path: Path) -> None:
    """Forget which file was opened. The next engine of this path uses the file that it then names."""
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
