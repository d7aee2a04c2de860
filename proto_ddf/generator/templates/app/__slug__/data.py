"""Reads: pages of rows, single rows, and counts.

Pages are found by key, not by offset: the next page starts behind the last row of this one, so that the last page
of a large table comes as fast as the first.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from .database import reading
from .dialect import equals, shown_binary, start_of
from .errors import ROW_GONE, DataError
from .filters import Condition, Query, matches
from .formats import CUT
from .paging import Order, Place
from .rows import Row, as_rows, related_cells
from .views import Kind, TableView

COUNT_LIMIT = 1_000_000
"""Filtered rows are counted up to here."""
COUNT_SECONDS = 30.0
"""How long a count is remembered."""


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    places: list[Place]
    """Where each row stands in the order, in a table that is not paged by position."""
    has_more: bool
    """There are rows further in the direction of reading."""

    @property
    def first(self) -> Place | None:
        """Where the page starts."""
        return self.places[0] if self.places else None

    @property
    def last(self) -> Place | None:
        """Where the page ends."""
        return self.places[-1] if self.places else None


def fetch_page(
    view: TableView,
    query: Query,
    size: int,
    *,
    after: Place | None = None,
    before: Place | None = None,
    offset: int = 0,
) -> Page:
    """The rows behind `after`, or those just before `before`, or the first ones.

    `offset` counts the rows before the page; it is used only where there is no place in the order to go by.

    Raises:
        DataError: the database could not answer.
    """
    order, cursor = _order(view, query), before or after
    with reading() as connection:
        by_position = order.is_by_position(cursor) or _has_empty_keys(connection, view)
        backwards = before is not None and not by_position
        statements = order.statements(cursor, backwards, offset, by_position)
        found: list[Any] = []
        for statement, parameters in statements:
            parameters["size"] = size + 1 - len(found)
            found += connection.execute(statement, parameters).all()
            if len(found) > size:
                break
        kept = found[:size][::-1] if backwards else found[:size]
        rows = _as_rows(connection, view, kept)
    width = len(view.fields)
    has_more = offset > 0 if before is not None and by_position else len(found) > size
    return Page(rows, [tuple(row[width:]) for row in kept], has_more)


def _has_empty_keys(connection: sa.Connection, view: TableView) -> bool:
    """Some rows have no key, where the database allows it: in an order by key there is no place behind them."""
    parts = [view.column(name) for name in view.key if view.by_name[name].nullable]
    if not parts:
        return False
    empty = sa.or_(*(part.is_(None) for part in parts))
    found = sa.select(sa.literal(1)).select_from(view.table).where(empty).limit(1)
    return connection.execute(found).first() is not None


@lru_cache
def _order(view: TableView, query: Query) -> Order:
    """Kept for the next page: to put its statements together takes as long as to run them."""
    return Order(view, query, _list_columns(view))


def _list_columns(view: TableView) -> list[sa.ColumnElement[Any]]:
    """What a list reads: long texts only as far as they are shown, of binary values the size; but the whole of what
    identifies rows."""
    columns: list[sa.ColumnElement[Any]] = []
    for field in view.fields:
        column = view.column(field.name)
        if field.kind is Kind.BINARY and not view.identifies(field.name):
            columns.append(shown_binary(column).label(field.name))
        elif field.kind in (Kind.TEXT, Kind.JSON) and not view.identifies(field.name):
            columns.append(start_of(column, CUT + 1).label(field.name))
        else:
            columns.append(column)
    return columns


def _as_rows(connection: sa.Connection, view: TableView, found: Sequence[Any]) -> list[Row]:
    names = [field.name for field in view.fields]
    values = [dict(zip(names, row, strict=False)) for row in found]
    links = {
        field.name: related_cells(connection, relation, [row[field.name] for row in values])
        for field in view.shown
        if (relation := view.relation_of(field.name))
    }
    return as_rows(view, values, links)


_counts: dict[tuple[str, tuple[Condition, ...], str], tuple[float, int]] = {}


def count_rows(view: TableView, query: Query) -> int:
    """How many rows match; remembered for some seconds, and filtered ones counted up to COUNT_LIMIT.

    Raises:
        DataError: the database could not answer.
    """
    asked = (view.name, query.conditions, query.search.strip())
    remembered = _counts.get(asked)
    if remembered and time.monotonic() - remembered[0] < COUNT_SECONDS:
        return remembered[1]
    where = matches(view, query)
    if where:
        some = sa.select(sa.literal(1)).select_from(view.table).where(*where)
        statement = sa.select(sa.func.count()).select_from(some.limit(COUNT_LIMIT).subquery())
    else:
        statement = sa.select(sa.func.count()).select_from(view.table)
    with reading() as connection:
        counted = int(connection.execute(statement).scalar_one())
    if len(_counts) > 1_000:
        _counts.clear()
    _counts[asked] = (time.monotonic(), counted)
    return counted


def forget_counts() -> None:
    """Count anew from now on: the data have changed."""
    _counts.clear()


def fetch_row(view: TableView, key: tuple[Any, ...]) -> dict[str, Any]:
    """All values of one row by field; of binary values the size, but for those of a key or a relation.

    Raises:
        DataError: the row is gone, or the database could not answer.
    """
    columns = [
        shown_binary(column).label(field.name)
        if field.kind is Kind.BINARY and not view.identifies(field.name)
        else column
        for field in view.fields
        for column in [view.column(field.name)]
    ]
    with reading() as connection:
        found = connection.execute(sa.select(*columns).where(*key_is(view, key))).first()
    if found is None:
        raise DataError(ROW_GONE)
    return {field.name: value for field, value in zip(view.fields, found, strict=True)}


def key_is(view: TableView, key: tuple[Any, ...]) -> list[sa.ColumnElement[bool]]:
    """The condition that picks the row of that key."""
    return [
        view.column(name).is_(None) if value is None else equals(view.column(name), value)
        for name, value in zip(view.key, key, strict=True)
    ]


def fetch_whole(
    view: TableView, query: Query, name: str, *, place: Place | None, position: int
) -> str:
    """The whole text of one field, of the row at that place in the order of the query.

    `position` counts the rows before it; it is used only where the rows have no key to go by.

    Raises:
        DataError: the row is gone, or the database could not answer.
    """
    statement = Order(view, query, [view.column(name)]).row(place, position)
    with reading() as connection:
        found = connection.execute(statement).first()
    if found is None:
        raise DataError(ROW_GONE)
    return str(found[0])
