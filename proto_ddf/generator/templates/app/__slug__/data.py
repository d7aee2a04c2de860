"""Reads: pages of rows, single rows, and counts.

Pages are found by key, not by offset: the next page starts behind the last row of this one, so that the last page
of a large table comes as fast as the first.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .database import reading
from .errors import ROW_GONE, DataError
from .filters import Condition, Query, matches
from .formats import CUT
from .rows import Row, as_row, related_cells
from .views import Kind, TableView

COUNT_LIMIT = 1_000_000
"""Filtered rows are counted up to here."""
COUNT_SECONDS = 30.0
"""How long a count is remembered."""


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    first: tuple[Any, ...] | None
    """Where the page starts: sort value and key of its first row."""
    last: tuple[Any, ...] | None
    has_more: bool
    """There are rows further in the direction of reading."""


def fetch_page(
    view: TableView,
    query: Query,
    size: int,
    *,
    after: tuple[Any, ...] | None = None,
    before: tuple[Any, ...] | None = None,
    offset: int = 0,
) -> Page:
    """The rows behind `after`, or those just before `before`, or the first ones.

    `offset` counts the rows before the page; it is used only for a database view, which has no key to go by.

    Raises:
        DataError: the database could not answer.
    """
    order = _Order(view, query)
    statement = sa.select(*_list_columns(view), *order.labelled()).where(*matches(view, query))
    if order.is_keyed:
        backwards = before is not None
        statement = statement.order_by(*order.by(backwards))
        cursor = before if backwards else after
        if cursor is not None:
            statement = statement.where(order.beyond(cursor, backwards))
    else:
        backwards = False
        statement = statement.order_by(*order.by(False)).offset(offset)
    with reading() as connection:
        found = connection.execute(statement.limit(size + 1)).all()
        kept = found[:size][::-1] if backwards else found[:size]
        rows = _as_rows(connection, view, kept)
    width = len(view.fields)
    return Page(
        rows=rows,
        first=tuple(kept[0][width:]) if kept else None,
        last=tuple(kept[-1][width:]) if kept else None,
        has_more=len(found) > size,
    )


class _Order:
    """The order of a query as columns, and what lies beyond a row in that order. Nulls come last.

    The columns have no type: a place in the order is made of values just as they are stored.
    """

    def __init__(self, view: TableView, query: Query) -> None:
        self.descending = query.descending
        key: list[sa.ColumnElement[Any]] = [_as_stored(view.column(name)) for name in view.key]
        if not key and view.has_row_ids:
            key = [sa.literal_column("_rowid_")]
        self.is_keyed = bool(key)
        self.sort: sa.ColumnElement[Any] | None = None
        self.may_be_null = False
        if query.sort in view.by_name and (query.sort,) != view.key:
            column = view.column(query.sort)
            is_text = isinstance(column.type, sa.Text)
            self.sort = _as_stored(column.collate("NOCASE") if is_text else column)
            self.may_be_null = view.by_name[query.sort].nullable
        self.columns = [*([] if self.sort is None else [self.sort]), *key]

    def labelled(self) -> list[sa.Label[Any]]:
        return [column.label(f"order_{at}") for at, column in enumerate(self.columns)]

    def by(self, backwards: bool) -> list[sa.ColumnElement[Any]]:
        descending = self.descending != backwards
        order: list[sa.ColumnElement[Any]] = [
            column.desc() if descending else column.asc() for column in self.columns
        ]
        if self.sort is None or not self.may_be_null:
            return order
        nulls = self.sort.is_(None)
        return [nulls.desc() if backwards else nulls.asc(), *order]

    def beyond(self, cursor: tuple[Any, ...], backwards: bool) -> sa.ColumnElement[bool]:
        """The rows after the cursor, or before it when reading backwards."""
        if self.sort is None or not self.may_be_null:
            return self._past(self.columns, cursor, backwards)
        null = self.sort.is_(None)
        if cursor[0] is None:
            same = sa.and_(null, self._past(self.columns[1:], cursor[1:], backwards))
            return sa.or_(sa.not_(null), same) if backwards else same
        past = self._past(self.columns, cursor, backwards)
        return past if backwards else sa.or_(past, null)

    def _past(
        self, columns: Sequence[sa.ColumnElement[Any]], values: Sequence[Any], backwards: bool
    ) -> sa.ColumnElement[bool]:
        bound = [
            sa.literal(value, column.type) for column, value in zip(columns, values, strict=True)
        ]
        left, right = sa.tuple_(*columns), sa.tuple_(*bound)
        return left < right if self.descending != backwards else left > right


def _as_stored(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.type_coerce(column, sa.types.NullType())


def _list_columns(view: TableView) -> list[sa.ColumnElement[Any]]:
    """What a list reads: long texts only as far as they are shown, of binary values the size."""
    columns: list[sa.ColumnElement[Any]] = []
    for field in view.fields:
        column = view.column(field.name)
        if field.kind is Kind.BINARY:
            columns.append(sa.func.length(column).label(field.name))
        elif isinstance(column.type, sa.Text) and field.name not in view.key:
            columns.append(sa.func.substr(column, 1, CUT + 1).label(field.name))
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
    return [as_row(view, row, links) for row in values]


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
    """All values of one row by field; of binary values the size.

    Raises:
        DataError: the row is gone, or the database could not answer.
    """
    columns = [
        sa.func.length(column).label(field.name) if field.kind is Kind.BINARY else column
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
        view.column(name).is_(None) if value is None else view.column(name) == value
        for name, value in zip(view.key, key, strict=True)
    ]


def fetch_whole(
    view: TableView, query: Query, position: int, name: str, start: tuple[Any, ...] | None
) -> str:
    """The whole text of one field, of the row at `position` rows behind the first row of a page.

    `start` is where the page starts (`Page.first`).

    Raises:
        DataError: the row is gone, or the database could not answer.
    """
    order = _Order(view, query)
    statement = sa.select(view.column(name)).where(*matches(view, query))
    if order.is_keyed and start is not None:
        at_start = sa.and_(
            *[column == value for column, value in zip(order.columns, start, strict=True)]
        )
        statement = statement.where(sa.or_(at_start, order.beyond(start, False)))
    with reading() as connection:
        found = connection.execute(
            statement.order_by(*order.by(False)).offset(position).limit(1)
        ).first()
    if found is None:
        raise DataError(ROW_GONE)
    return str(found[0])
