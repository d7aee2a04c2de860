"""Reads pages of rows, single rows, and counts.

Pages are found by key, not by offset: the next page starts after the last row of this one. So the last page of a large
table is as fast as the first.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from .database import read_connection
from .dialect import equals
from .errors import ROW_GONE, DataError
from .filter_conditions import matches
from .filters import Condition, Query
from .paging import Cursor, Order
from .rows import Row, as_rows
from .shown_columns import shown_bytes, shown_column
from .views import Kind, TableView

COUNT_LIMIT = 1_000_000
"""Limit up to which filtered rows are counted."""
SLOW_SECONDS = 0.05
"""Seconds of counting from which on a count is cached."""
COUNT_SECONDS = 30.0
"""Seconds that it is cached."""


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    cursors: list[Cursor]
    """The cursor of each row; not used in a table that is paged by offset."""
    has_more: bool
    """Whether there are more rows in the direction of reading."""

    @property
    def first(self) -> Cursor | None:
        """The cursor of the page's first row."""
        return self.cursors[0] if self.cursors else None

    @property
    def last(self) -> Cursor | None:
        """The cursor of the page's last row."""
        return self.cursors[-1] if self.cursors else None


def fetch_page(
    view: TableView,
    query: Query,
    size: int,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    offset: int = 0,
) -> Page:
    """The rows after `after`, or those just before `before`, or the first ones.

    Args:
        offset: number of rows before the page; used only if the rows cannot be found by key.

    Raises:
        DataError: the database could not answer.
    """
    order, cursor = _order(view, query), before or after
    with read_connection() as connection:
        by_position = order.is_by_position(cursor) or has_empty_keys(connection, view)
        backwards = before is not None and not by_position
        statements = order.statements(cursor, backwards, offset, by_position)
        found: list[Any] = []
        for statement, parameters in statements:
            parameters["size"] = size + 1 - len(found)
            found += connection.execute(statement, parameters).all()
            if len(found) > size:
                break
        kept = found[:size][::-1] if backwards else found[:size]
        names = [field.name for field in view.fields]
        rows = as_rows(connection, view, [dict(zip(names, row, strict=False)) for row in kept])
    width = len(view.fields)
    has_more = offset > 0 if before is not None and by_position else len(found) > size
    return Page(rows, [tuple(row[width:]) for row in kept], has_more)


def has_empty_keys(connection: sa.Connection, view: TableView) -> bool:
    """Whether some rows have no key, which some databases allow. In an order by key, no page could start after them."""
    parts = [view.column(name) for name in view.key if view.by_name[name].nullable]
    if not parts:
        return False
    empty = sa.or_(*(part.is_(None) for part in parts))
    found = sa.select(sa.literal(1)).select_from(view.table).where(empty).limit(1)
    return connection.execute(found).first() is not None


@lru_cache
def _order(view: TableView, query: Query) -> Order:
    """Cached for the next page, because building its statements takes as long as running them."""
    return Order(view, query, [shown_column(view, field) for field in view.fields])


_counts: dict[tuple[str, tuple[Condition, ...], bool, str], tuple[float, int]] = {}


def counting(view: TableView, where: Sequence[sa.ColumnElement[bool]], most: int) -> sa.Select[int]:
    """The statement that counts the rows for which the conditions hold, up to `most`."""
    some = sa.select(sa.literal(1)).select_from(view.table).where(*where).limit(most)
    return sa.select(sa.func.count()).select_from(some.subquery())


def count_rows(view: TableView, query: Query) -> int:
    """The number of matching rows. A slow count is cached for some seconds; filtered rows are counted up to
    COUNT_LIMIT.

    Raises:
        DataError: the database could not answer.
    """
    asked = (view.name, query.conditions, query.match_any, query.search.strip())
    remembered = _counts.get(asked)
    began = time.monotonic()
    if remembered and began - remembered[0] < COUNT_SECONDS:
        return remembered[1]
    where = matches(view, query)
    all_rows = sa.select(sa.func.count()).select_from(view.table)
    statement = counting(view, where, COUNT_LIMIT) if where else all_rows
    with read_connection() as connection:
        counted = int(connection.execute(statement).scalar_one())
    counted_at = time.monotonic()
    if counted_at - began < SLOW_SECONDS:
        return counted
    if len(_counts) > 1_000:
        _counts.clear()
    _counts[asked] = (counted_at, counted)
    return counted


def forget_counts() -> None:
    """Clear the cached counts, because the data have changed."""
    _counts.clear()


def fetch_row(view: TableView, key: tuple[Any, ...]) -> dict[str, Any]:
    """All values of one row by field. For binary values the size, except for fields of a key or a relation.

    Raises:
        DataError: the row does not exist, or the database could not answer.
    """
    columns = [
        shown_bytes(field, column)
        if field.kind is Kind.BINARY and not view.identifies(field.name)
        else column
        for field in view.fields
        for column in [view.column(field.name)]
    ]
    with read_connection() as connection:
        found = connection.execute(sa.select(*columns).where(*key_is(view, key))).first()
    if found is None:
        raise DataError(ROW_GONE)
    return {field.name: value for field, value in zip(view.fields, found, strict=True)}


def fetch_rows(view: TableView, keys: Sequence[tuple[Any, ...]]) -> list[Row]:
    """The rows with these keys as a list shows them, in no order. Raises DataError."""
    if not keys:
        return []
    columns = [shown_column(view, field) for field in view.fields]
    any_key = sa.or_(*(sa.and_(*key_is(view, key)) for key in keys))
    names = [field.name for field in view.fields]
    with read_connection() as connection:
        found = connection.execute(sa.select(*columns).where(any_key)).all()
        return as_rows(connection, view, [dict(zip(names, row, strict=True)) for row in found])


def key_is(view: TableView, key: tuple[Any, ...]) -> list[sa.ColumnElement[bool]]:
    """The conditions that select the row with that key."""
    return [
        view.column(name).is_(None) if value is None else equals(view.column(name), value)
        for name, value in zip(view.key, key, strict=True)
    ]


def fetch_whole(
    view: TableView, query: Query, name: str, *, cursor: Cursor | None, position: int
) -> str:
    """The complete text of one field, for the row at that cursor in the order of the query.

    Args:
        position: number of rows before it; used only if the rows have no key.

    Raises:
        DataError: the row does not exist, or the database could not answer.
    """
    statement = Order(view, query, [view.column(name)]).row(cursor, position)
    with read_connection() as connection:
        found = connection.execute(statement).first()
    if found is None:
        raise DataError(ROW_GONE)
    return str(found[0])
