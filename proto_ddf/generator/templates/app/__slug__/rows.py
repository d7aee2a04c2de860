"""Prepares rows for pages: cells, names, and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .database import read_connection
from .dialect import can_hold, equals
from .formats import Cell, Formatter, cell, plain_text, readable
from .keys import encode_key
from .views import VIEWS, Relation, TableView


@dataclass
class Row:
    """A row of a list, with cells in the order of `view.visible_fields`."""

    href: str
    name: str
    cells: list[Cell]


def address(view: TableView, values: dict[str, Any]) -> str:
    """The address of a row's page; empty if the table has no key."""
    if not view.key:
        return ""
    return f"/{view.route}/{encode_key(view, [values[name] for name in view.key])}"


def row_name(view: TableView, values: dict[str, Any], write: Formatter | None = None) -> str:
    """The name of a row for people; "#5" if only its key is known.

    `write` formats the display field, if many rows are named.
    """
    value = values.get(view.display)
    if value in (None, "") or view.display in view.key:
        key = " · ".join(readable(plain_text(values[name])) for name in view.key)
        return f"#{key}" if key else "Row"
    return (write or Formatter(view, view.by_name[view.display]))(value).text


def as_rows(
    view: TableView, found: Sequence[dict[str, Any]], links: dict[str, dict[Any, Cell]]
) -> list[Row]:
    """The rows for these values; `links` has cells of related rows by field and value."""
    writers = [
        (each.name, Formatter(view, each), links.get(each.name, {})) for each in view.visible_fields
    ]
    write_name = Formatter(view, view.by_name[view.display])
    naming = next(
        (at for at, each in enumerate(view.visible_fields) if each.name == view.display), None
    )
    rows = []
    for values in found:
        cells = [
            (linked and linked.get(values[name])) or write(values[name])
            for name, write, linked in writers
        ]
        href = address(view, values)
        rows.append(Row(href, row_name(view, values, write_name), cells))
        if href and naming is not None and not cells[naming].href:
            cells[naming].href, cells[naming].style = href, f"{cells[naming].style} row-link"
    return rows


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
    statement = sa.select(match, display, *key).where(_is_one_of(match, wanted))
    write = Formatter(target, target.by_name[target.display])
    cells = {}
    for value, shown, *found in connection.execute(statement):
        named = dict(zip(target.key, found, strict=True)) | {target.display: shown}
        cells[value] = Cell(row_name(target, named, write), href=address(target, named))
    return cells


def _is_one_of(column: sa.ColumnElement[Any], values: set[Any]) -> sa.ColumnElement[bool]:
    single = {each for each in values if isinstance(each, str) and not can_hold(each)}
    if len(values) == 1:
        single = values
    return sa.or_(column.in_(values - single), *(equals(column, each) for each in single))


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
    return [
        links.get(field.name, {}).get(values[field.name])
        or cell(view, field, values[field.name], cut=None)
        for field in view.visible_fields
    ]
