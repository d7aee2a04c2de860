"""How rows are called: by the columns that name them, otherwise by the table's singular and the key, "Order 4711", with
one more column beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from .dialect import can_hold, equals
from .formats import Formatter, plain_text, readable
from .keys import address
from .shown_columns import shown_column
from .views import VIEWS, Relation, TableView

_NOTHING = (None, "")


@dataclass(frozen=True)
class Named:
    """A row that another row refers to."""

    short: str
    """Its name without what stands beside it."""
    name: str
    href: str


Links = Mapping[str, Mapping[Any, Named]]
"""The rows that rows refer to, by field and value."""


class RowNames:
    """Makes the names of rows of one table."""

    def __init__(self, view: TableView, links: Links) -> None:
        self._view, self._links = view, links
        self._writers = {
            name: Formatter(view, view.by_name[name]) for name in (*view.row_name, *view.beside)
        }

    def short(self, values: Mapping[str, Any]) -> str:
        """Without what stands beside it."""
        parts = [self._text(name, values[name]) for name in self._view.row_name]
        return " ".join(filter(None, parts)) or self._by_key(values)

    def name(self, values: Mapping[str, Any]) -> str:
        """The complete name."""
        beside = [self._text(name, values[name]) for name in self._view.beside]
        return " ".join([self.short(values), *(f"({text})" for text in beside if text)])

    def _by_key(self, values: Mapping[str, Any]) -> str:
        parts = [self._key_text(name, values[name]) for name in self._view.key]
        return f"{self._view.singular} {' · '.join(parts)}".rstrip()

    def _key_text(self, name: str, value: Any) -> str:
        if linked := self._linked(name, value):
            return linked
        if isinstance(value, date):
            return Formatter(self._view, self._view.by_name[name])(value).text
        return readable(plain_text(value))

    def _text(self, name: str, value: Any) -> str:
        if value in _NOTHING:
            return ""
        return self._linked(name, value) or self._writers[name](value).text

    def _linked(self, name: str, value: Any) -> str:
        links = self._links.get(name)
        found = links.get(value) if links else None
        return found.short if found else ""


def linked_fields(view: TableView) -> list[tuple[str, Relation]]:
    """The fields that names of the view's rows show by the names of other rows."""
    shown = view.row_name or (*view.key, *view.beside)
    return [(name, relation) for name in shown if (relation := view.relation_of(name))]


def naming_links(
    connection: sa.Connection, view: TableView, rows: Sequence[Mapping[str, Any]]
) -> dict[str, dict[Any, Named]]:
    """The rows whose names are part of the names of these rows."""
    return {
        name: linked_rows(connection, relation, [row[name] for row in rows], nested=False)
        for name, relation in linked_fields(view)
    }


def linked_rows(
    connection: sa.Connection, relation: Relation, values: Iterable[Any], *, nested: bool = True
) -> dict[Any, Named]:
    """The row that each value of a relation's field refers to. `nested`: names of other rows may be in it."""
    wanted = {value for value in values if value is not None}
    if not wanted:
        return {}
    target = VIEWS[relation.target]
    match = target.column(relation.target_fields[0])
    found = read_naming(connection, target, match, _is_one_of(match, wanted))
    links = naming_links(connection, target, [row for _, row in found]) if nested else {}
    names = RowNames(target, links)
    return {
        value: Named(names.short(row), names.name(row), address(target, row))
        for value, row in found
    }


def read_naming(
    connection: sa.Connection,
    view: TableView,
    first: sa.ColumnElement[Any],
    *where: sa.ColumnElement[bool],
    order: Sequence[sa.ColumnElement[Any]] = (),
    limit: int | None = None,
) -> list[tuple[Any, dict[str, Any]]]:
    """What is read of rows to name them: the column `first`, and the values of the fields that names need."""
    names = list(dict.fromkeys((*view.row_name, *view.beside, *view.key)))
    columns = [shown_column(view, view.by_name[name]) for name in names]
    statement = sa.select(first.label("first"), *columns).where(*where).order_by(*order)
    return [
        (value, dict(zip(names, found, strict=True)))
        for value, *found in connection.execute(statement.limit(limit))
    ]


def _is_one_of(column: sa.ColumnElement[Any], values: set[Any]) -> sa.ColumnElement[bool]:
    single = {each for each in values if isinstance(each, str) and not can_hold(each)}
    if len(values) == 1:
        single = values
    return sa.or_(column.in_(values - single), *(equals(column, each) for each in single))
