"""The order of a list's rows, and the places in it. Nulls come last, whichever way the rows are sorted.

Rows with a value and rows without one are read by statements of their own: so each can follow an index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .dialect import ROW_ID, at, beyond, can_hold, is_empty, key_order, place, sort_key
from .filters import Query, matches
from .views import Kind, TableView

Place = tuple[Any, ...]
"""What tells where a row stands in an order: the value it is sorted by, then its key."""

SIZE: sa.BindParameter[int] = sa.bindparam("size", type_=sa.Integer())

Columns = Sequence[sa.ColumnElement[Any]]
Statement = tuple[sa.Select[Any], dict[str, Any]]
"""What is executed, and its parameters."""


@dataclass(frozen=True)
class _Part:
    """Reads rows in one direction, of which all have a value to sort by, or none has."""

    depth: int
    """How many columns they are ordered by: the last ones of a place."""
    from_start: sa.Select[Any]
    from_place: sa.Select[Any]


class Order:
    """Reads columns of a table's rows in one order.

    Its statements take the place to start from and the number of rows as parameters: so they are put together,
    and turned into SQL, once for all pages.
    """

    def __init__(self, view: TableView, query: Query, columns: Columns) -> None:
        self._chosen = sa.select(*columns).select_from(view.table).where(*matches(view, query))
        self._rising = not query.descending
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
        self._forwards = self._split(self._rising) if self._key else []
        self._backwards = self._split(not self._rising)[::-1] if self._key else []

    def statements(
        self, cursor: Place | None, backwards: bool, offset: int, by_position: bool
    ) -> Iterator[Statement]:
        """What reads the rows behind the cursor one after the other, or backwards those before it: as many as the
        parameter `size` says. By position it reads forwards, from the offset."""
        if by_position:
            yield self._by_position().limit(SIZE).offset(offset), {}
            return
        parts = self._backwards if backwards else self._forwards
        if cursor is None:
            yield from ((part.from_start, {}) for part in parts)
            return
        if self._is_in_last(cursor, backwards):
            parts = parts[-1:]
        here = cursor[len(cursor) - parts[0].depth :]
        yield parts[0].from_place, {f"place_{at}": value for at, value in enumerate(here)}
        yield from ((part.from_start, {}) for part in parts[1:])

    def is_by_position(self, cursor: Place | None) -> bool:
        """Rows are counted to get there: nothing tells them apart, as where a key is empty, or a text of the cursor
        cannot be sent back."""
        if not self._key or cursor is None:
            return not self._key
        texts = [each for each in cursor if isinstance(each, str)]
        return None in cursor[len(cursor) - len(self._key) :] or not all(map(can_hold, texts))

    def row(self, spot: Place | None, position: int) -> sa.Select[Any]:
        """What reads the row at that place, or without a key at that position."""
        if spot is None or self.is_by_position(spot):
            return self._by_position().offset(position).limit(1)
        key = spot[len(spot) - len(self._key) :]
        is_there = [at(each, value) for each, value in zip(self._key, key, strict=True)]
        return self._chosen.where(*is_there)

    def _split(self, rising: bool) -> list[_Part]:
        """The rows with a value, then those without."""
        key = [place(column) for column in self._key]
        if self._sort is None:
            return [self._part(rising, self._key, key)]
        filled = [self._sort, *self._key], [place(self._sort), *key]
        if not self._may_be_null:
            return [self._part(rising, *filled)]
        return [
            self._part(rising, *filled, sa.not_(self._sort_is_null)),
            self._part(rising, self._key, [sa.null(), *key], self._sort_is_null),
        ]

    def _part(
        self, rising: bool, columns: Columns, places: Columns, *where: sa.ColumnElement[bool]
    ) -> _Part:
        labelled = [each.label(f"place_{number}") for number, each in enumerate(places)]
        chosen = self._chosen.add_columns(*labelled).where(*where)
        chosen = chosen.order_by(*_directed(columns, rising)).limit(SIZE)
        return _Part(len(columns), chosen, chosen.where(beyond(columns, rising)))

    def _is_in_last(self, cursor: Place, backwards: bool) -> bool:
        """The cursor is in the last one of the parts, read in this direction."""
        is_null = self._may_be_null and len(cursor) > len(self._key) and cursor[0] is None
        return is_null != backwards

    def _by_position(self) -> sa.Select[Any]:
        """The same order without a place to start from. Where nothing tells rows apart, each column helps to keep them
        in the same order."""
        places: Columns = [place(column) for column in self._key]
        if self._sort is None:
            return self._chosen.add_columns(*places).order_by(*_directed(self._key, self._rising))
        if self._key:
            places = [place(self._sort), *places]
        order = _directed([self._sort, *(self._key or self._others)], self._rising)
        return self._chosen.add_columns(*places).order_by(self._sort_is_null, *order)


def _directed(columns: Columns, rising: bool) -> Columns:
    return [column.asc() if rising else column.desc() for column in columns]
