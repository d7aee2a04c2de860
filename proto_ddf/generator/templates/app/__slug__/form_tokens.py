"""Makes the form of a new row add exactly one row, even if it is sent twice: by a second click, or after a lost
connection.

Each such form has a random token (see row_snapshot.py), and the app stores which row a token has added. This also works
across a restart: each save is recorded before it begins, in a file beside the code. If it is unknown whether a save
added its row, because the app or the database stopped, the person decides.
"""

import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from .environment import ROOT
from .errors import ADDED_BEFORE, BEING_SAVED, MAYBE_ADDED, DataError

MOST = 10_000
"""Number of saves that are kept, the newest ones."""
_TABLE = """create table if not exists save (
    id integer primary key, token text, content text, row text, unique (token, content)
)"""
_log = logging.getLogger(__name__)


class AddedBefore(DataError):
    """The form was saved before with other values, or it is unknown whether it was saved."""

    def __init__(self, row: str) -> None:
        super().__init__(ADDED_BEFORE if row else MAYBE_ADDED)
        self.row = row
        """The row's key as it appears in an address; empty if it is unknown."""


def content_of(texts: Mapping[str, str]) -> str:
    """A digest of the form's content."""
    return hashlib.sha256(json.dumps(sorted(texts.items())).encode()).hexdigest()


class FormTokens:
    """The saves of forms of new rows, by token and content."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._running: set[str] = set()
        """The tokens that are being saved."""

    @cached_property
    def _rows(self) -> dict[str, dict[str, str]]:
        """By token and content: the key of the row that was added; empty if it is unknown."""
        rows: dict[str, dict[str, str]] = {}
        for token, content, row in self._execute(
            "select token, content, row from save order by id"
        ):
            rows.setdefault(token, {})[content] = row
        return rows

    def begin(self, token: str, content: str, agreed: bool) -> str:
        """The key of the row that this form has already added with this content. If it is empty, the caller adds the
        row, and then calls `added` or `failed`.

        Args:
            agreed: whether the person wants another row.

        Raises:
            AddedBefore: the form has added a row with another content, or may have added one.
            DataError: the form is being saved.
        """
        with self._lock:
            rows = self._rows.get(token, {})
            if token in self._running:
                raise DataError(BEING_SAVED)
            if row := rows.get(content):
                return row
            if rows and not agreed:
                raise AddedBefore(list(rows.values())[-1])
            self._running.add(token)
            self._rows.setdefault(token, {})[content] = ""
            if len(self._rows) > MOST:
                del self._rows[next(iter(self._rows))]
        self._execute(
            "insert or replace into save (token, content, row) values (?, ?, '')", token, content
        )
        self._execute("delete from save where id <= (select max(id) from save) - ?", MOST)
        return ""

    def added(self, token: str, content: str, row: str) -> None:
        """Record that the form has added this row."""
        self._execute(
            "update save set row = ? where token = ? and content = ?", row, token, content
        )
        with self._lock:
            self._running.discard(token)
            self._rows.setdefault(token, {})[content] = row

    def failed(self, token: str, content: str) -> None:
        """Record that the form has added no row, so that it can be saved again."""
        self._execute("delete from save where token = ? and content = ?", token, content)
        with self._lock:
            self._running.discard(token)
            rows = self._rows.get(token, {})
            rows.pop(content, None)
            if not rows:
                self._rows.pop(token, None)

    def lost(self, token: str) -> None:
        """Record that it is unknown whether the form has added a row."""
        with self._lock:
            self._running.discard(token)

    def _execute(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement. If the file cannot be used, saves are kept in memory until the app ends, and rows can still
        be saved."""
        try:
            with closing(sqlite3.connect(self._path)) as connection, connection:
                connection.execute(_TABLE)
                return connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            _log.warning("%s cannot be used: %s", self._path.name, error)
            return []


FORM_TOKENS = FormTokens(ROOT / ".form_tokens.db")
