"""Reads the rows of an export from SQLite.

Who reads for long keeps others from writing to the file. So rows are read for a short time, again and again, each time
after the last one; a row that is changed meanwhile is read as it is then. Only rows that cannot be found again, as
those of a view, are all read at once.
"""

import sqlite3
import time
from collections.abc import Generator, Iterator
from typing import Any

import sqlalchemy as sa

from .connecting import allow_seconds
from .data import has_empty_keys
from .database import read_connection
from .paging import Cursor, Order
from .views import TableView

READ_SECONDS = 1.0
"""How long the file is read at a time."""
MOST_SECONDS = 3_600.0
"""How long rows may be read at once that cannot be found again."""
_ROWS = 256
"""Between two looks at the clock."""
_NOT_UTF8 = "Could not decode to UTF-8"
"""The driver's error for a text that is not UTF-8."""


def exact(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What to read of a column to get its values as they are stored: numbers, texts, bytes."""
    return sa.type_coerce(column, sa.types.NullType())


def read_rows(view: TableView, order: Order, width: int) -> Generator[tuple[Any, ...], None, None]:
    """The first `width` values of all rows in their order. Raises DataError."""
    with read_connection() as connection:
        is_at_once = order.is_by_position(None) or has_empty_keys(connection, view)
    reading = _Reading(order, width, is_at_once)
    while not reading.is_over:
        yield from reading.rows()


class _Reading:
    def __init__(self, order: Order, width: int, is_at_once: bool) -> None:
        self._order, self._width, self._is_at_once = order, width, is_at_once
        self._last: Cursor | None = None
        """Of the last row that was read."""
        self._expects_utf8 = not is_at_once
        """Texts are read faster as long as all of them are UTF-8."""
        self.is_over = False

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows after the last one, up to the time when others may write."""
        with read_connection() as connection:
            driver: Any = connection.connection.driver_connection
            if self._expects_utf8:
                driver.text_factory = str
            if self._is_at_once:
                allow_seconds(connection, MOST_SECONDS)
            try:
                yield from self._read(connection)
            except sqlite3.Error as error:
                if not self._expects_utf8 or _NOT_UTF8 not in str(error):
                    raise sa.exc.DBAPIError.instance("", (), error, sqlite3.Error) from error
                self._expects_utf8 = False

    def _read(self, connection: sa.Connection) -> Iterator[tuple[Any, ...]]:
        until = time.monotonic() + READ_SECONDS
        order, width = self._order, self._width
        for statement, parameters in order.statements(self._last, False, 0, self._is_at_once):
            every_row = statement.limit(None).offset(None)
            # The driver's own cursor: rows of SQLAlchemy's would take as long again.
            for number, row in enumerate(connection.execute(every_row, parameters).cursor, 1):
                self._last = row[width:]
                yield row[:width]
                is_time = not self._is_at_once and not number % _ROWS and time.monotonic() > until
                if is_time and not order.is_by_position(self._last):
                    return
        self.is_over = True
