"""Rows of one table: a page of them, searched and sorted, or all as a stream."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from proto_ddf.sources.preview import check_sort, page_bounds, searched
from proto_ddf.sources.schema import ColumnInfo, ColumnType, PreviewPage
from proto_ddf.sources.servers.catalogue import Relation
from proto_ddf.sources.servers.reading import Reading
from proto_ddf.sources.servers.sql import Names, bounded_count

COUNTED = 100_000
"""Rows that are counted for a page. Of more it says "at least"."""
_SURELY_MORE = 2
"""Times what would be counted: where the server's statistics tell of so many, nothing is."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Asked:
    """What a page is to show."""

    search: str = ""
    sort: str | None = None
    descending: bool = False
    offset: int = 0
    limit: int = 50


class Rows:
    """Reads the rows of a relation."""

    def __init__(self, connection: sa.Connection, reading: Reading, relation: Relation) -> None:
        self._connection = connection
        self._reading = reading
        self._relation = relation
        self._names = Names(connection.dialect, relation)
        self._converters = [reading.converter(column) for column in relation.columns]

    def page(self, asked: Asked) -> PreviewPage:
        """One page. Raises ValidationError as `check_sort`."""
        columns = tuple(column.name for column in self._relation.columns)
        check_sort(self._relation.name, columns, asked.sort)
        offset, limit = page_bounds(asked.offset, asked.limit)
        condition, parameters = self._condition(_sendable(searched(asked.search)))
        source = self._names.table + condition
        ordering = self._ordering(asked, searching=bool(condition))
        found = self._connection.exec_driver_sql(
            f"SELECT {self._names.columns()} FROM {source}{ordering} LIMIT %s OFFSET %s",
            (*parameters, limit, offset),
        ).all()
        rows = tuple(self._typed(found))
        total = self._total(source, parameters, offset, limit, len(rows))
        return PreviewPage(
            columns=columns,
            rows=rows,
            offset=offset,
            total=min(total, max(COUNTED, offset + len(rows))),
            at_least=total > max(COUNTED, offset + len(rows)),
        )

    def stream(self, batch: int) -> Generator[list[Row], None, None]:
        """All rows in the server's own order, in constant memory."""
        query = f"SELECT {self._names.columns()} FROM {self._names.table}"
        result = self._connection.execution_options(max_row_buffer=batch).exec_driver_sql(
            self._reading.unlimited(self._connection, query)
        )
        for rows in result.partitions(batch):
            yield self._typed(rows)

    def _total(
        self, source: str, parameters: Sequence[str], offset: int, limit: int, shown: int
    ) -> int:
        """Rows there are, or any number of more than COUNTED and more than those up to this page's end."""
        if shown < limit and (shown or not offset):
            return offset + shown
        estimate = self._relation.estimate or 0
        if (
            shown
            and not parameters
            and estimate > max(_SURELY_MORE * COUNTED, 2 * (offset + shown))
        ):
            return estimate
        bound = max(COUNTED, offset + shown)
        counted: int = self._connection.exec_driver_sql(
            bounded_count(source, bound), tuple(parameters)
        ).scalar_one()
        return counted

    def _condition(self, search: str) -> tuple[str, list[str]]:
        texts = [
            self._names.column(column.name)
            for column in self._relation.columns
            if column.type is not ColumnType.BINARY
        ]
        if not search:
            return "", []
        if not texts:
            return " WHERE 1 = 0", []
        found = " OR ".join(self._reading.contains(column) for column in texts)
        return f" WHERE {found}", [self._reading.to_parameter(search)] * len(texts)

    def _ordering(self, asked: Asked, *, searching: bool) -> str:
        """By the column asked for, nulls last, then by what makes the order of rows the same on every page."""
        relation = self._relation
        terms = []
        if asked.sort is not None:
            terms += self._by_column(asked.sort, asked.descending)
        if relation.primary_key:
            terms += [self._names.column(name) for name in relation.primary_key]
        elif asked.sort is not None or searching:
            terms += relation.row_position or self._by_all_columns()
        # Otherwise the order in which the server finds them is the same each time, and needs no sorting.
        return f" ORDER BY {', '.join(terms)}" if terms else ""

    def _by_column(self, name: str, descending: bool) -> list[str]:
        column, plain = self._relation_column(name), self._sortable(name)
        direction = "DESC" if descending else "ASC"
        first = self._reading.nulls_first == ("descending" if descending else "ascending")
        # Only where it is needed: an index does not give that order.
        nulls = [f"{self._names.column(name)} IS NULL"] if first and column.nullable else []
        return [*nulls, f"{plain} {direction}"]

    def _by_all_columns(self) -> list[str]:
        return [self._sortable(column.name) for column in self._relation.columns]

    def _sortable(self, name: str) -> str:
        column = self._names.column(name)
        as_text = name in self._relation.sorted_as_text
        return self._reading.as_text(column) if as_text else column

    def _relation_column(self, name: str) -> ColumnInfo:
        return next(column for column in self._relation.columns if column.name == name)

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


def _sendable(text: str) -> str:
    """Without what no text of a database can hold: NUL, and halves of UTF-16 pairs."""
    return text.encode(errors="ignore").decode().replace("\0", "")
