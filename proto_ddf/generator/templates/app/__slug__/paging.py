"""The order of a list's rows, and cursors in it. Nulls come last in both directions.

Rows with a value and rows without one are read by separate statements, so that each can use an index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .dialect import (
    ROW_ID,
    after_cursor,
    can_hold,
    cursor_value,
    is_cursor_value,
    is_empty,
    key_order,
    sort_key,
)
from .filter_conditions import matches
from .filters import Query
from .views import Kind, TableView

Cursor = tuple[Any, ...]
"""The position of a row in an order: the value it is sorted by, then its key."""

SIZE: sa.BindParameter[int] = sa.bindparam("size", type_=sa.Integer())

Columns = Sequence[sa.ColumnElement[Any]]
Statement = tuple[sa.Select[Any], dict[str, Any]]
"""A statement and its parameters."""


@dataclass(frozen=True)
class _Part:
    """Reads rows in one direction; either all of them have a value to sort by, or none has."""

    depth: int
    """Number of columns that they are sorted by, which are the last ones of a cursor."""
    from_start: sa.Select[Any]
    from_cursor: sa.Select[Any]


class Order:
    """Reads columns of a table's rows in one order.

    Its statements take the cursor and the number of rows as parameters, so that they are built and turned into SQL once
    for all pages.
    """

    def __init__(self, view: TableView, query: Query, columns: Columns) -> None:
        self._chosen = sa.select(*columns).select_from(view.table).where(*matches(view, query))
        self._ascending = not query.descending
        key = [key_order(view.column(name)) for name in view.key]
        self._key: Columns = key or (ROW_ID if view.has_row_ids else ())
        self._sort: sa.ColumnElement[Any] | None = None
        self._sort_is_null: sa.ColumnElement[bool] = sa.false()
        self._may_be_null = False
        if query.sort in view.by_name and (query.sort,) != view.key:
            self._sort = sort_key(view.column(query.sort))
            self._sort_is_null = is_empty(view.column(query.sort))
            self._may_be_null = view.by_name[query.sort].nullable
        self._others: Columns = [
            sort_key(view.column(each.name))
            for each in view.fields
            if each.name != query.sort and each.kind not in (Kind.BINARY, Kind.JSON)
        ]
        self._forwards = self._split(self._ascending) if self._key else []
        self._backwards = self._split(not self._ascending)[::-1] if self._key else []

    def statements(
        self, cursor: Cursor | None, backwards: bool, offset: int, by_position: bool
    ) -> Iterator[Statement]:
        """The statements to run one after the other: they read the rows after the cursor, or backwards those before it,
        up to the parameter `size`. By position, they read forwards from the offset."""
        if by_position:
            yield self._by_position().limit(SIZE).offset(offset), {}
            return
        parts = self._backwards if backwards else self._forwards
        if cursor is None:
            yield from ((part.from_start, {}) for part in parts)
            return
        if self._is_in_last(cursor, backwards):
            parts = parts[-1:]
        values = cursor[len(cursor) - parts[0].depth :]
        yield parts[0].from_cursor, {f"cursor_{at}": value for at, value in enumerate(values)}
        yield from ((part.from_start, {}) for part in parts[1:])

    def is_by_position(self, cursor: Cursor | None) -> bool:
        """Whether rows must be counted to find the page: the table has no key, the cursor's key is empty, or a text of
        the cursor cannot be sent back."""
        if not self._key or cursor is None:
            return not self._key
        texts = [each for each in cursor if isinstance(each, str)]
        return None in cursor[len(cursor) - len(self._key) :] or not all(map(can_hold, texts))

    def row(self, cursor: Cursor | None, position: int) -> sa.Select[Any]:
        """The statement for the row at that cursor, or without a key at that position."""
        if cursor is None or self.is_by_position(cursor):
            return self._by_position().offset(position).limit(1)
        key = cursor[len(cursor) - len(self._key) :]
        is_there = [
            is_cursor_value(each, value) for each, value in zip(self._key, key, strict=True)
        ]
        return self._chosen.where(*is_there)

    def _split(self, ascending: bool) -> list[_Part]:
        """The rows with a value, then those without."""
        key = [cursor_value(column) for column in self._key]
        if self._sort is None:
            return [self._part(ascending, self._key, key)]
        filled = [self._sort, *self._key], [cursor_value(self._sort), *key]
        if not self._may_be_null:
            return [self._part(ascending, *filled)]
        return [
            self._part(ascending, *filled, sa.not_(self._sort_is_null)),
            self._part(ascending, self._key, [sa.null(), *key], self._sort_is_null),
        ]

    def _part(
        self,
        ascending: bool,
        columns: Columns,
        cursor_values: Columns,
        *where: sa.ColumnElement[bool],
    ) -> _Part:
        labelled = [each.label(f"cursor_{number}") for number, each in enumerate(cursor_values)]
        chosen = self._chosen.add_columns(*labelled).where(*where)
        chosen = chosen.order_by(*_directed(columns, ascending)).limit(SIZE)
        return _Part(len(columns), chosen, chosen.where(after_cursor(columns, ascending)))

    def _is_in_last(self, cursor: Cursor, backwards: bool) -> bool:
        """Whether the cursor is in the last of the parts that are read in this direction."""
        is_null = self._may_be_null and len(cursor) > len(self._key) and cursor[0] is None
        return is_null != backwards

    def _by_position(self) -> sa.Select[Any]:
        """The same order without a cursor. If nothing identifies the rows, all columns are used to keep their order
        stable."""
        cursor_values: Columns = [cursor_value(column) for column in self._key]
        if self._sort is None:
            return self._chosen.add_columns(*cursor_values).order_by(
                *_directed(self._key, self._ascending)
            )
        if self._key:
            cursor_values = [cursor_value(self._sort), *cursor_values]
        order = _directed([self._sort, *(self._key or self._others)], self._ascending)
        return self._chosen.add_columns(*cursor_values).order_by(self._sort_is_null, *order)


def _directed(columns: Columns, ascending: bool) -> Columns:
    return [column.asc() if ascending else column.desc() for column in columns]
