"""Many-to-many relations: the rows that a table of two foreign keys connects with a row, and their changes.

Such a table has no pages of its own. A connection is one of its rows, and is added and removed as any row is.
"""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from .data import count_rows
from .database import read_connection
from .dialect import can_hold
from .filter_conditions import matches
from .filters import Condition, Query
from .formats import plain_text
from .keys import encode_key
from .relations import Option, search_options
from .row_forms import blank_form
from .row_snapshot import Snapshot, fields_to_compare, fingerprint, stored_value
from .rows import related_cells
from .sign_in import may_edit
from .stored import stored_text
from .views import VIEWS, Link, TableView

MOST = 50
"""So many connected rows are shown."""


@dataclass
class LinkedRow:
    text: str
    href: str
    snapshot: str = ""
    """What the connection held, as JSON; empty if it cannot be removed."""


@dataclass
class LinkedRows:
    """The rows of one table that are connected with the row."""

    name: str
    """Of the connection, see `Link.name`."""
    label: str
    rows: list[LinkedRow] = field(default_factory=list)
    total: int = 0
    blank: str = ""
    """The snapshot of a new connection, as JSON; empty if none can be added."""


def linked_rows(view: TableView, values: dict[str, Any]) -> list[LinkedRows]:
    """The rows that are connected with the row that has these values.

    Raises:
        DataError: the database could not answer.
    """
    return [
        _linked(link, plain_text(values[link.own.target_fields[0]]))
        for link in view.links()
        if values.get(link.own.target_fields[0]) is not None
        and can_hold(plain_text(values[link.own.target_fields[0]]))
    ]


def _linked(link: Link, value: str) -> LinkedRows:
    view, own, other = link.view, link.own.fields[0], link.other.fields[0]
    query = Query(conditions=(Condition(own, "equals", value),))
    compared = [each.name for each in fields_to_compare(view)]
    stored = [
        stored_text(stored_value(view, name)).label(f"stored_{at}")
        for at, name in enumerate(compared)
    ]
    keys = [view.column(name).label(f"key_{at}") for at, name in enumerate(view.key)]
    statement = (
        sa.select(view.column(other).label("other"), *keys, *stored)
        .where(*matches(view, query), view.column(other).is_not(None))
        .order_by(view.column(other))
        .limit(MOST)
    )
    is_editable = view.editable and may_edit()
    with read_connection() as connection:
        found = connection.execute(statement).all()
        names = related_cells(connection, link.other, [row[0] for row in found])
    rows = []
    for value_of_other, *rest in found:
        cell = names.get(value_of_other)
        key, texts = rest[: len(keys)], rest[len(keys) :]
        held = {name: fingerprint(text) for name, text in zip(compared, texts, strict=True)}
        snapshot = Snapshot(encode_key(view, key), held).as_json() if is_editable else ""
        text = cell.text if cell else plain_text(value_of_other)
        rows.append(LinkedRow(text, cell.href if cell else "", snapshot))
    blank = ""
    if is_editable:
        form = blank_form(view, {own: value})
        blank = "" if form.wrong or form.read_only else form.snapshot.as_json()
    return LinkedRows(link.name, link.label, rows, count_rows(view, query), blank)


def linkable_rows(view: TableView, name: str, words: str, linked: list[LinkedRows]) -> list[Option]:
    """Rows that can be connected by this link, and are not yet.

    Raises:
        DataError: the database could not answer.
    """
    link = view.link(name)
    if link is None:
        return []
    shown = {row.href for each in linked if each.name == name for row in each.rows if row.href}
    target = VIEWS[link.other.target]
    options = search_options(link.view, link.other.fields[0], words)
    is_key = target.key == link.other.target_fields
    return [each for each in options if not is_key or f"/{target.route}/{each.value}" not in shown]
