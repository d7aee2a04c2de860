"""Reads the rows of an export from a server: one after the other, and all as they are at one moment."""

from collections.abc import Generator
from typing import Any

from .database import explained
from .export_snapshot import exact, snapshot
from .paging import Order
from .views import TableView

__all__ = ["exact", "read_rows"]

_AT_A_TIME = 200
"""Rows that are kept in memory."""


def read_rows(view: TableView, order: Order, width: int) -> Generator[tuple[Any, ...], None, None]:
    """The first `width` values of all rows in their order. Raises DataError."""
    with explained(), snapshot() as connection:
        streaming = connection.execution_options(yield_per=_AT_A_TIME)
        for statement, parameters in order.statements(None, False, 0, order.is_by_position(None)):
            every_row = statement.limit(None).offset(None)
            for row in streaming.execute(every_row, parameters):
                yield tuple(row[:width])
