"""Finds what deleting a row does to the rows that refer to it."""

from dataclasses import dataclass
from typing import Any

from .data import count_rows
from .database import read_connection
from .on_delete import on_delete
from .relations import referring_queries
from .views import TableView


@dataclass
class Consequence:
    """What deleting a row does to the rows of another table that refer to it."""

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
            found.append(_consequence(other, relation.fields, count))
    return found


def _consequence(other: TableView, fields: tuple[str, ...], count: int) -> Consequence:
    rows = f"{'row' if count == 1 else 'rows'} of {other.label}"
    with read_connection() as connection:
        columns = [other.column(name).name for name in fields]
        rule = on_delete(connection, other.table, columns)
    match rule:
        case "CASCADE":
            return Consequence(count, f"{rows} will be deleted with it.", False)
        case "SET NULL" | "SET DEFAULT":
            return Consequence(count, f"{rows} will no longer refer to anything.", False)
        case None:
            return Consequence(count, f"{rows} will refer to a row that does not exist.", False)
        case _:
            refer = "refers" if count == 1 else "refer"
            return Consequence(count, f"{rows} {refer} to it: delete or change them first.", True)
