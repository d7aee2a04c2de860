"""Prepares rows for pages: cells and names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .database import read_connection
from .formats import Cell, Formatter, cell
from .keys import address, encode_key
from .picture_types import PICTURES
from .row_names import Named, RowNames, linked_fields, linked_rows, naming_links
from .views import Relation, TableView


@dataclass
class Row:
    """A row of a list, with cells in the order of `view.visible_fields`."""

    href: str
    name: str
    cells: list[Cell]


def row_name(view: TableView, values: dict[str, Any]) -> str:
    """The name of one row for people.

    Raises:
        DataError: the database could not answer.
    """
    if not linked_fields(view):
        return RowNames(view, {}).name(values)
    with read_connection() as connection:
        return RowNames(view, naming_links(connection, view, [values])).name(values)


def as_rows(
    connection: sa.Connection, view: TableView, found: Sequence[dict[str, Any]]
) -> list[Row]:
    """The rows with these values, which name the rows that they refer to."""
    related = {each.name: view.relation_of(each.name) for each in view.visible_fields}
    links = {
        name: linked_rows(connection, relation, [values[name] for values in found])
        for name, relation in (related | dict(linked_fields(view))).items()
        if relation
    }
    writers = [
        (each.name, Formatter(view, each), links.get(each.name, {})) for each in view.visible_fields
    ]
    names = RowNames(view, links)
    leading = view.row_name or view.key
    naming = [at for at, each in enumerate(view.visible_fields) if each.name in leading]
    rows = []
    for values in found:
        cells = [
            _link(linked[values[name]])
            if linked and values[name] in linked
            else write(values[name])
            for name, write, linked in writers
        ]
        add_pictures(view, values, cells)
        href = address(view, values)
        rows.append(Row(href, names.name(values), cells))
        opening = next((cells[at] for at in naming if not cells[at].href), None)
        if href and opening:
            opening.href, opening.style = href, f"{opening.style} row-link"
    return rows


def add_pictures(view: TableView, values: dict[str, Any], cells: list[Cell]) -> None:
    """Give the cells of stored pictures their addresses; a picture of a row without a key has none."""
    for field, shown in zip(view.visible_fields, cells, strict=True):
        if shown.kind == "picture" and not shown.href:
            key = encode_key(view, [values[name] for name in view.key]) if view.key else ""
            shown.href = f"{PICTURES}/{view.name}/{field.name}/{key}" if key else ""
            shown.kind = "picture" if key else ""


def _link(named: Named) -> Cell:
    return Cell(named.name, href=named.href)


def related_cells(
    connection: sa.Connection, relation: Relation, values: Sequence[Any]
) -> dict[Any, Cell]:
    """For each value of a relation's field, the name and address of the row it refers to."""
    found = linked_rows(connection, relation, values)
    return {value: _link(named) for value, named in found.items()}


def detail_cells(view: TableView, values: dict[str, Any]) -> list[Cell]:
    """All visible fields of one row, not shortened, with links to the rows they refer to.

    Raises:
        DataError: the database could not answer.
    """
    with read_connection() as connection:
        links = {
            field.name: related_cells(connection, relation, [values[field.name]])
            for field in view.visible_fields
            if (relation := view.relation_of(field.name))
        }
    cells = [
        links.get(field.name, {}).get(values[field.name])
        or cell(view, field, values[field.name], cut=None)
        for field in view.visible_fields
    ]
    add_pictures(view, values, cells)
    return cells
