"""Health checks of Proto-DDF's own databases, on connections of their own."""

import sqlite3
import stat
from contextlib import closing
from enum import StrEnum
from pathlib import Path

from proto_ddf.db.engine import file_id, opened_file

WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class DatabaseProblem(StrEnum):
    """What is wrong with a database."""

    MISSING = "missing"
    REPLACED = "replaced"
    READ_ONLY = "read_only"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"


_BY_CODE = {
    sqlite3.SQLITE_READONLY: DatabaseProblem.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: DatabaseProblem.READ_ONLY,
    sqlite3.SQLITE_PERM: DatabaseProblem.READ_ONLY,
    sqlite3.SQLITE_NOTADB: DatabaseProblem.DAMAGED,
    sqlite3.SQLITE_CORRUPT: DatabaseProblem.DAMAGED,
    sqlite3.SQLITE_ERROR: DatabaseProblem.DAMAGED,  # a table is missing: the file was emptied
    sqlite3.SQLITE_IOERR: DatabaseProblem.UNREADABLE,
}
"""By SQLite's result codes, https://sqlite.org/rescode.html. Other codes, such as a lock, are not a problem."""


class DatabaseHealthCheck:
    """Checks one database repeatedly.

    Each check takes the write lock for a moment, if it is free, and writes nothing. The whole file is checked only if it
    has changed since the last check. That happens when another program changes it; SQLite writes to the WAL file first.
    """

    def __init__(self, path: Path, table: str) -> None:
        """`table` is a table that the database has had since its creation."""
        self.path = path
        self._table = table
        self._intact_at: int | None = None
        """Modification time of the file when it was last found intact: nanoseconds since the epoch."""

    def check(self) -> DatabaseProblem | None:
        """The problem that the database has now; None if it has none."""
        try:
            return self._file_problem() or self._content_problem()
        except OSError:
            return DatabaseProblem.UNREADABLE

    def _file_problem(self) -> DatabaseProblem | None:
        now, opened = file_id(self.path), opened_file(self.path)
        if now is None:
            return DatabaseProblem.MISSING
        mode = self.path.stat().st_mode
        if not stat.S_ISREG(mode) or (opened is not None and opened != now):
            return DatabaseProblem.REPLACED
        return None if mode & WRITE_BITS else DatabaseProblem.READ_ONLY

    def _content_problem(self) -> DatabaseProblem | None:
        changed_at = self.path.stat().st_mtime_ns
        try:
            with closing(self._connect()) as connection:
                connection.execute(f"SELECT 1 FROM {self._table} LIMIT 1")  # noqa: S608  our own name
                if changed_at != self._intact_at:
                    answer = connection.execute("PRAGMA quick_check(1)").fetchone()
                    if answer != ("ok",):
                        return DatabaseProblem.DAMAGED
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            return _BY_CODE.get(code & 0xFF)  # the higher bytes are the extended code
        self._intact_at = changed_at
        return None

    def _connect(self) -> sqlite3.Connection:
        address = self.path.absolute().as_uri() + "?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)
