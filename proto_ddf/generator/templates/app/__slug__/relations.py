"""Relations: the rows that a relation can refer to, and how the rows that refer to a row are found."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .comparison_values import value_of
from .database import read_connection
from .dialect import as_text, can_hold
from .filters import Condition, Query
from .formats import plain_text, readable
from .name_search import is_called, name_order
from .row_names import RowNames, linked_rows, naming_links, read_naming
from .views import VIEWS, Relation, TableView

OPTIONS = 20
"""Number of rows that a searchable select shows."""


@dataclass
class Option:
    """A row that a relation can refer to."""

    value: str
    text: str
    href: str = ""


def search_options(view: TableView, name: str, words: str) -> list[Option]:
    """Rows that this field's relation can refer to, at most OPTIONS of them.

    Raises:
        DataError: the database could not answer.
    """
    relation = view.relation_of(name)
    if relation is None or not can_hold(words):
        return []
    target = VIEWS[relation.target]
    match = target.column(relation.target_fields[0])
    where: list[sa.ColumnElement[bool]] = [match.is_not(None)]
    if words.strip():
        where.append(sa.or_(is_called(target, words), as_text(match) == words.strip()))
    with read_connection() as connection:
        found = read_naming(
            connection, target, match, *where, order=name_order(target), limit=OPTIONS
        )
        names = RowNames(target, naming_links(connection, target, [row for _, row in found]))
    return [Option(readable(plain_text(value)), names.name(row)) for value, row in found]


def chosen_options(view: TableView, values: dict[str, Any]) -> dict[str, Option]:
    """For the form: the row that each relation's field refers to.

    Raises:
        DataError: the database could not answer.
    """
    chosen = {}
    with read_connection() as connection:
        for field in view.form_fields:
            relation = view.relation_of(field.name)
            if relation is None:
                continue
            value = values.get(field.name)
            if value in (None, ""):
                chosen[field.name] = Option("", "")
                continue
            found = list(linked_rows(connection, relation, [value]).values())
            text = readable(plain_text(value))
            chosen[field.name] = Option(text, found[0].name if found else text)
    return chosen


def given_values(view: TableView, texts: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The texts by field that an address gives a new row, as values of their fields; and messages for those that are
    not valid, by field."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, text in texts.items():
        try:
            values[name] = value_of(view.by_name[name].kind, text)
        except ValueError:
            wrong[name] = f"The address gives “{text}”, which is not a valid value of this field."
    return values, wrong


def referring_queries(
    view: TableView, values: dict[str, Any]
) -> Iterator[tuple[TableView, Relation, Query]]:
    """The tables whose rows may refer to this row, each with the relation and the query for these rows. A null value,
    or one that no text column can hold, has no such rows."""
    for other, relation in view.referring():
        conditions = tuple(
            Condition(name, "equals", plain_text(values[target]))
            for name, target in zip(relation.fields, relation.target_fields, strict=True)
            if values.get(target) is not None and can_hold(plain_text(values[target]))
        )
        if len(conditions) == len(relation.fields):
            yield other, relation, Query(conditions=conditions)
