"""The order of a list's rows, and the places in it. Nulls come last, whichever way the rows are sorted.

Rows with a value and rows without one are read by statements of their own: so each can follow an index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .dialect import ROW_ID, at, beyond, place, sort_key
from .filters import Query
from .views import Kind, TableView

Place = tuple[Any, ...]
"""What tells where a row stands in an order: the value it is sorted by, then its key."""

Columns = Sequence[sa.ColumnElement[Any]]
Conditions = Sequence[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class _Part:
    """Rows of which all have a value to sort by, or none has."""

    where: Conditions
    columns: Columns
    """What these rows are ordered by."""
    places: Columns


class Order:
    """The order of a query."""

    def __init__(self, view: TableView, query: Query) -> None:
        self._table = view.table
        self._descending = query.descending
        key = [view.column(name) for name in view.key]
        self._key: Columns = key or (ROW_ID if view.has_row_ids else ())
        self._sort: sa.ColumnElement[Any] | None = None
        self._may_be_null = False
        if query.sort in view.by_name and (query.sort,) != view.key:
            self._sort = sort_key(view.column(query.sort))
            self._may_be_null = view.by_name[query.sort].nullable
        self._others: Columns = [
            sort_key(view.column(each.name))
            for each in view.fields
            if each.name != query.sort and each.kind not in (Kind.BINARY, Kind.JSON)
        ]

    def statements(
        self,
        columns: Columns,
        where: Conditions,
        cursor: Place | None,
        backwards: bool,
        offset: int,
    ) -> Iterator[sa.Select[Any]]:
        """What reads the rows behind the cursor one after the other, or backwards those before it."""
        if not self._key:
            yield self._by_position(columns, where).offset(offset)
            return
        rising = self._descending == backwards
        parts = self._parts()
        if backwards:
            parts.reverse()
        if cursor is not None and self._is_in_last(cursor, backwards):
            del parts[:-1]
        for at_cursor, part in enumerate(parts):
            chosen = sa.select(*columns, *part.places).where(*where, *part.where)
            if cursor is not None and at_cursor == 0:
                values = cursor[len(cursor) - len(part.columns) :]
                chosen = chosen.where(beyond(part.columns, values, rising))
            yield chosen.order_by(*_directed(part.columns, rising))

    def row(
        self, column: sa.ColumnElement[Any], where: Conditions, spot: Place | None, position: int
    ) -> sa.Select[Any]:
        """What reads one column of the row at that place, or without a key at that position."""
        if not self._key or spot is None:
            return self._by_position([column], where).offset(position).limit(1)
        key = spot[len(spot) - len(self._key) :]
        is_there = [at(each, value) for each, value in zip(self._key, key, strict=True)]
        return sa.select(column).select_from(self._table).where(*is_there)

    def _parts(self) -> list[_Part]:
        """Forwards: the rows with a value, then those without."""
        key_places = [place(column) for column in self._key]
        if self._sort is None:
            return [_Part([], self._key, _labelled(key_places))]
        filled = [self._sort, *self._key], _labelled([place(self._sort), *key_places])
        if not self._may_be_null:
            return [_Part([], *filled)]
        return [
            _Part([self._sort.is_not(None)], *filled),
            _Part([self._sort.is_(None)], self._key, _labelled([sa.null(), *key_places])),
        ]

    def _is_in_last(self, cursor: Place, backwards: bool) -> bool:
        """The cursor is in the last one of the parts, read in this direction."""
        is_null = self._may_be_null and len(cursor) > len(self._key) and cursor[0] is None
        return is_null != backwards

    def _by_position(self, columns: Columns, where: Conditions) -> sa.Select[Any]:
        """Rows that nothing tells apart: each column helps to keep them in the same order."""
        chosen = sa.select(*columns).select_from(self._table).where(*where)
        if self._sort is None:
            return chosen
        order = _directed([self._sort, *self._others], not self._descending)
        return chosen.order_by(self._sort.is_(None), *order)


def _labelled(places: Columns) -> Columns:
    return [column.label(f"place_{number}") for number, column in enumerate(places)]


def _directed(columns: Columns, rising: bool) -> Columns:
    return [column.asc() if rising else column.desc() for column in columns]
