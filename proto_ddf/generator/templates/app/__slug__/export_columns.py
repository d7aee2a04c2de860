"""The columns of an export: the visible fields of a table, under the names of their columns."""

from collections.abc import Generator
from typing import Any, NamedTuple

from .data import counting
from .database import read_connection
from .export_reading import exact, read_rows
from .filter_conditions import matches
from .filters import Query
from .paging import Order
from .views import Kind, TableView


class Column(NamedTuple):
    name: str
    is_flag: bool
    """Its values are true or false, however they are stored."""


def columns_of(view: TableView) -> list[Column]:
    """The columns in the order of the values of `rows_of`."""
    return [
        Column(str(view.column(each.name).name), each.kind is Kind.BOOLEAN)
        for each in view.visible_fields
    ]


def rows_of(view: TableView, query: Query) -> Generator[tuple[Any, ...], None, None]:
    """All rows that the query finds, in its order, as they are stored. Raises DataError."""
    read = [exact(view.column(each.name)).label(each.name) for each in view.visible_fields]
    return read_rows(view, Order(view, query, read), len(read))


def has_more_rows(view: TableView, query: Query, number: int) -> bool:
    """Whether the query finds more rows than that. Raises DataError."""
    counted = counting(view, matches(view, query), number + 1)
    with read_connection() as connection:
        return connection.execute(counted).scalar_one() > number
