"""Counts the rows of tables in limited time."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from proto_ddf.sources.servers.catalogue import CatalogTable, TableName
from proto_ddf.sources.servers.dialect import ServerDialect
from proto_ddf.sources.servers.sql import QuotedNames, bounded_count

_COUNTED_BELOW = 10_000
"""Rows. For larger tables the server's statistics are good enough."""
_MANY = 2_000
"""Tables. If there are more, none is counted."""
_AT_ONCE = 50
"""Tables counted by one statement."""
_SECONDS_FOR_ONE = 0.5
_SECONDS_FOR_ALL = 3.0
"""For views, and for tables that cannot be counted together with others."""


@dataclass(frozen=True)
class RowCount:
    """Number of rows of a table. `exact` False: an estimate, 0 if nothing is known."""

    rows: int
    exact: bool


class RowCounter:
    """Counts the rows of small tables and takes the server's estimate for others."""

    def __init__(self, connection: sa.Connection, dialect: ServerDialect) -> None:
        self._connection = connection
        self._dialect = dialect
        self._slow_until = time.monotonic() + _SECONDS_FOR_ALL

    def count(self, tables: Sequence[CatalogTable]) -> list[RowCount]:
        """Of each table, in their order. Raises what ends the connection."""
        few = len(tables) <= _MANY
        small = [each for each in tables if few and (each.estimate or 0) < _COUNTED_BELOW]
        together = [each for each in small if each.reads_itself]
        counted = dict(
            pair
            for start in range(0, len(together), _AT_ONCE)
            for pair in self._together(together[start : start + _AT_ONCE])
        )
        counted |= {each.full_name: self._alone(each) for each in small if not each.reads_itself}
        return [
            counted.get(each.full_name) or RowCount(each.estimate or 0, False) for each in tables
        ]

    def _together(self, tables: Sequence[CatalogTable]) -> list[tuple[TableName, RowCount]]:
        parts = (self._query(each) for each in tables)
        try:
            found = self._connection.exec_driver_sql(
                " UNION ALL ".join(f"SELECT {at}, ({part})" for at, part in enumerate(parts))
            ).all()
        except DBAPIError as error:  # one of them cannot be read
            if error.connection_invalidated:
                raise
            return [(each.full_name, self._alone(each)) for each in tables]
        rows = dict(tuple(row) for row in found)
        return [(each.full_name, self._row_count(each, rows[at])) for at, each in enumerate(tables)]

    def _alone(self, table: CatalogTable) -> RowCount:
        if time.monotonic() >= self._slow_until:
            return RowCount(table.estimate or 0, False)
        try:
            with self._dialect.limited(
                self._connection, self._query(table), _SECONDS_FOR_ONE
            ) as found:
                return self._row_count(table, found.scalar_one())
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            return RowCount(table.estimate or 0, False)

    def _row_count(self, table: CatalogTable, rows: int) -> RowCount:
        if rows <= _COUNTED_BELOW:
            return RowCount(rows, True)
        quoted = QuotedNames(self._connection.dialect, table).table
        planned = self._dialect.planned_rows(self._connection, f"SELECT 1 FROM {quoted}")
        return RowCount(max(rows - 1, planned or 0, table.estimate or 0), False)

    def _query(self, table: CatalogTable) -> str:
        return bounded_count(QuotedNames(self._connection.dialect, table).table, _COUNTED_BELOW)
