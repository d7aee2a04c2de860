"""Rows as pages show them: cells, names, and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .database import reading
from .formats import Cell, cell
from .keys import encode_key
from .views import VIEWS, Relation, TableView


@dataclass
class Row:
    """A row as a list shows it: cells in the order of `view.shown`."""

    href: str
    name: str
    cells: list[Cell]


def address(view: TableView, values: dict[str, Any]) -> str:
    """The address of a row's page; empty where the table has no key."""
    key = encode_key([values[name] for name in view.key]) if view.key else ""
    return f"/{view.route}/{key}" if key else ""


def row_name(view: TableView, values: dict[str, Any]) -> str:
    """What a person calls this row; "#5" where it has nothing better than its key."""
    value = values.get(view.display)
    if value in (None, "") or view.display in view.key:
        return "#" + " · ".join(str(values[name]) for name in view.key) if view.key else "Row"
    return cell(view, view.by_name[view.display], value).text


def as_row(view: TableView, values: dict[str, Any], links: dict[str, dict[Any, Cell]]) -> Row:
    """The row of these values; `links` holds cells of related rows by field and value."""
    cells = [
        links.get(field.name, {}).get(values[field.name]) or cell(view, field, values[field.name])
        for field in view.shown
    ]
    href = address(view, values)
    for field, shown in zip(view.shown, cells, strict=True):
        if field.name == view.display and href and not shown.href:
            shown.href, shown.style = href, f"{shown.style} row-link"
    return Row(href, row_name(view, values), cells)


def related_cells(
    connection: sa.Connection, relation: Relation, values: Sequence[Any]
) -> dict[Any, Cell]:
    """For each value of a relation's field, the name and address of the row it refers to."""
    target = VIEWS[relation.target]
    wanted = {value for value in values if value is not None}
    if not wanted:
        return {}
    match = target.column(relation.target_fields[0])
    display = target.column(target.display)
    key = [target.column(name) for name in target.key]
    statement = sa.select(match, display, *key).where(match.in_(wanted))
    cells = {}
    for value, shown, *found in connection.execute(statement):
        named = dict(zip(target.key, found, strict=True)) | {target.display: shown}
        cells[value] = Cell(row_name(target, named), href=address(target, named))
    return cells


def detail_cells(view: TableView, values: dict[str, Any]) -> list[Cell]:
    """All that a person sees of one row, uncut, with links to the rows it refers to.

    Raises:
        DataError: the database could not answer.
    """
    with reading() as connection:
        links = {
            field.name: related_cells(connection, relation, [values[field.name]])
            for field in view.shown
            if (relation := view.relation_of(field.name))
        }
    return [
        links.get(field.name, {}).get(values[field.name])
        or cell(view, field, values[field.name], cut=None)
        for field in view.shown
    ]
