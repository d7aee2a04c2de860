"""Related rows: the rows that a relation can refer to, and the rows that refer to a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from .comparison_values import value_of
from .data import count_rows, fetch_page
from .database import read_connection
from .dialect import as_text, can_hold
from .filter_addresses import list_address
from .filters import Condition, Query
from .formats import alignment, plain_text, readable
from .name_search import is_called, name_order
from .row_names import RowNames, linked_rows, naming_links, read_naming
from .rows import Row
from .sign_in import may_edit
from .views import SECTIONS, VIEWS, Relation, TableView

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


@dataclass
class Heading:
    """The heading of a column of related rows."""

    label: str
    align: str


@dataclass
class Related:
    """Rows of another table that refer to this one."""

    label: str
    headings: list[Heading]
    rows: list[Row]
    total: int
    href: str
    """The address of the complete list."""
    new_href: str = ""
    """The address to add another one."""


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


def _label_of(other: TableView, relation: Relation) -> str:
    """How the rows are called that refer to a row by this relation, which may not be the only one."""
    if relation.children_label:
        return relation.children_label
    alike = [each for each in other.relations if each.target == relation.target]
    if len(alike) == 1:
        return other.label
    return f"{other.label} ({', '.join(other.by_name[name].label for name in relation.fields)})"


def related_rows(view: TableView, values: dict[str, Any], limit: int = 5) -> list[Related]:
    """The first rows of each table that refers to this row.

    Raises:
        DataError: the database could not answer.
    """
    blocks = []
    for other, relation, query in referring_queries(view, values):
        if other.section not in SECTIONS:
            continue  # see links.py
        page = fetch_page(other, query, limit)
        kept = [
            at
            for at, each in enumerate(other.visible_fields)
            if each.name in other.default_columns and each.name not in relation.fields
        ]
        parameters = "&".join(
            f"{each.field}={quote(each.value, safe='')}" for each in query.conditions
        )
        blocks.append(
            Related(
                label=_label_of(other, relation),
                headings=[
                    Heading(
                        other.visible_fields[at].label, alignment(other, other.visible_fields[at])
                    )
                    for at in kept
                ],
                rows=[Row(row.href, row.name, [row.cells[at] for at in kept]) for row in page.rows],
                total=count_rows(other, query),
                href=list_address(other, query.conditions),
                new_href=f"/{other.route}/new?{parameters}"
                if other.editable and may_edit()
                else "",
            )
        )
    return blocks
