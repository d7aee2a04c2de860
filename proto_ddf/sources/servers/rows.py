"""Rows of one table: a page of them, searched and sorted, or all as a stream."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from proto_ddf.sources.preview import check_sort, page_bounds, searched
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import ColumnType, PreviewPage
from proto_ddf.sources.servers.catalogue import CatalogTable
from proto_ddf.sources.servers.dialect import ServerDialect
from proto_ddf.sources.servers.sql import QuotedNames, bounded_count, sendable

COUNTED = 100_000
"""Rows that are counted for a page. For more it shows "at least"."""
_SURELY_MORE = 2
"""Factor: if the server's estimate is above this many times the rows to count, they are not counted."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Matching:
    """The rows that match a search, or all: `source` follows FROM and takes `parameters`."""

    source: str
    parameters: tuple[str, ...] = ()
    searched: bool = False


@dataclass(frozen=True)
class _Order:
    """The terms of ORDER BY."""

    terms: tuple[str, ...]
    sorted_by: str = ""
    """The column to sort by, if its nulls need a term of their own to come last."""

    def clause(self, *, nulls_last: bool) -> str:
        first = (f"{self.sorted_by} IS NULL",) if nulls_last and self.sorted_by else ()
        return f" ORDER BY {', '.join((*first, *self.terms))}" if self.terms else ""


class Rows:
    """Reads the rows of one table."""

    def __init__(
        self, connection: sa.Connection, dialect: ServerDialect, table: CatalogTable
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._table = table
        self._names = QuotedNames(connection.dialect, table)
        self._converters = [dialect.converter(column) for column in table.columns]

    def page(self, request: PageRequest) -> PreviewPage:
        """One page. Raises ValidationError as `check_sort`."""
        columns = tuple(column.name for column in self._table.columns)
        check_sort(self._table.name, columns, request.sort)
        offset, limit = page_bounds(request.offset, request.limit)
        matching = self._matching(sendable(searched(request.search)))
        rows = tuple(
            self._typed(self._select(matching, self._order(request, matching), limit, offset))
        )
        end = offset + len(rows)
        total = self._total(matching, end, complete=len(rows) < limit and bool(rows or not offset))
        told = max(COUNTED, end)
        return PreviewPage(
            columns=columns,
            rows=rows,
            offset=offset,
            total=min(total, told),
            at_least=total > told,
        )

    def stream(self, batch: int) -> Generator[list[Row], None, None]:
        """All rows in the order in which the server finds them, in constant memory. The connection must have been
        opened with the dialect's `stream_options`."""
        query = f"SELECT {self._names.columns()} FROM {self._names.table}"
        result = self._connection.execution_options(max_row_buffer=batch).exec_driver_sql(
            self._dialect.unlimited(self._connection, query)
        )
        ended = False
        try:
            for rows in result.partitions(batch):
                yield self._typed(rows)
            ended = True
        finally:
            if not ended:
                self._dialect.abandon(self._connection, result)

    def _select(
        self, matching: _Matching, order: _Order, limit: int, offset: int
    ) -> Sequence[Sequence[Any]]:
        if order.sorted_by and not matching.searched:
            # An index gives this order, and nearly every page has only rows without nulls.
            filled = f"{matching.source} WHERE {order.sorted_by} IS NOT NULL"
            found = self._run(filled, (), order.clause(nulls_last=False), limit, offset)
            if len(found) == limit:
                return found
        ordering = order.clause(nulls_last=True)
        return self._run(matching.source, matching.parameters, ordering, limit, offset)

    def _run(
        self, source: str, parameters: tuple[str, ...], ordering: str, limit: int, offset: int
    ) -> Sequence[Sequence[Any]]:
        return self._connection.exec_driver_sql(
            f"SELECT {self._names.columns()} FROM {source}{ordering} LIMIT %s OFFSET %s",
            (*parameters, limit, offset),
        ).all()

    def _total(self, matching: _Matching, end: int, *, complete: bool) -> int:
        """Number of rows that match, at least `end`; `complete`: exactly `end`. A number above both COUNTED and `end` only
        means that there are more."""
        if complete:
            return end
        bound = max(COUNTED, end)
        estimate = self._table.estimate or 0
        if end and not matching.searched and estimate > _SURELY_MORE * bound:
            return estimate
        counted: int = self._connection.exec_driver_sql(
            bounded_count(matching.source, bound), matching.parameters
        ).scalar_one()
        return counted

    def _matching(self, search: str) -> _Matching:
        texts = [
            self._dialect.contains(self._names.column(column.name))
            for column in self._table.columns
            if column.type is not ColumnType.BINARY
        ]
        if not search:
            return _Matching(self._names.table)
        condition = " OR ".join(texts) or "1 = 0"
        parameters = (self._dialect.to_parameter(search),) * len(texts)
        return _Matching(f"{self._names.table} WHERE {condition}", parameters, searched=True)

    def _order(self, request: PageRequest, matching: _Matching) -> _Order:
        """By the column of the request, then by terms that make the order the same on every page."""
        ties = [self._names.column(name) for name in self._table.primary_key]
        if not ties and (request.sort is not None or matching.searched):
            ties = list(self._table.row_position) or self._all_columns()
        # Without search and sort the server returns rows in the same order each time, and need not sort them.
        if request.sort is None:
            return _Order(tuple(ties))
        direction = "DESC" if request.descending else "ASC"
        # Ties in the same direction, so that an index on the column and the key gives the order.
        terms = tuple(f"{term} {direction}" for term in (self._sortable(request.sort), *ties))
        [column] = [each for each in self._table.columns if each.name == request.sort]
        nulls_come_first = self._dialect.nulls_first == direction
        named = self._names.column(request.sort)
        return _Order(terms, named if column.nullable and nulls_come_first else "")

    def _all_columns(self) -> list[str]:
        return [self._sortable(column.name) for column in self._table.columns]

    def _sortable(self, name: str) -> str:
        column = self._names.column(name)
        as_text = name in self._table.sorted_as_text
        return self._dialect.as_text(column) if as_text else column

    def _typed(self, rows: Sequence[Sequence[Any]]) -> list[Row]:
        if not any(self._converters):
            return [tuple(row) for row in rows]
        return [
            tuple(
                convert(value) if convert else value
                for convert, value in zip(self._converters, row, strict=True)
            )
            for row in rows
        ]
