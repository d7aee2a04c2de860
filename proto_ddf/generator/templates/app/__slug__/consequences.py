"""Finds what deleting rows does to the rows that refer to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .data import COUNT_LIMIT, count_rows, counting, key_is
from .database import read_connection
from .filter_conditions import matches
from .filters import Query
from .on_delete import on_delete
from .relations import referring_queries
from .views import Relation, TableView


@dataclass
class Consequence:
    """What deleting rows does to the rows of another table that refer to them."""

    count: int
    text: str
    """The text that follows the count."""
    prevents: bool


def consequences(view: TableView, values: dict[str, Any]) -> list[Consequence]:
    """What deleting the row would do to the rows that refer to it.

    Raises:
        DataError: the database could not answer.
    """
    found = []
    for other, relation, query in referring_queries(view, values):
        count = count_rows(other, query)
        if count:
            found.append(_consequence(other, relation.fields, count, "it"))
    return found


def consequences_of_many(view: TableView, rows: Sequence[dict[str, Any]]) -> list[Consequence]:
    """What deleting all these rows would do to other rows that refer to them. Raises as `consequences`."""
    asked: dict[tuple[TableView, Relation], list[Query]] = {}
    for values in rows:
        for other, relation, query in referring_queries(view, values):
            asked.setdefault((other, relation), []).append(query)
    found = []
    for (other, relation), queries in asked.items():
        count = _count(other, queries, rows if other.name == view.name else ())
        if count:
            found.append(_consequence(other, relation.fields, count, "them"))
    return found


def _count(other: TableView, queries: Sequence[Query], without: Sequence[dict[str, Any]]) -> int:
    """The number of rows that match any of the queries, without those that have the key of a row in `without`."""
    where = [sa.or_(*(sa.and_(*matches(other, query)) for query in queries))]
    for values in without:
        where.append(sa.not_(sa.and_(*key_is(other, tuple(values[name] for name in other.key)))))
    with read_connection() as connection:
        return connection.execute(counting(other, where, COUNT_LIMIT)).scalar_one()


def _consequence(other: TableView, fields: tuple[str, ...], count: int, it: str) -> Consequence:
    rows = f"{'row' if count == 1 else 'rows'} of {other.label}"
    with read_connection() as connection:
        columns = [other.column(name).name for name in fields]
        rule = on_delete(connection, other.table, columns)
    match rule:
        case "CASCADE":
            return Consequence(count, f"{rows} will be deleted with {it}.", False)
        case "SET NULL" | "SET DEFAULT":
            return Consequence(count, f"{rows} will no longer refer to anything.", False)
        case None:
            return Consequence(count, f"{rows} will refer to a row that does not exist.", False)
        case _:
            refer = "refers" if count == 1 else "refer"
            return Consequence(count, f"{rows} {refer} to {it}: delete or change them first.", True)
