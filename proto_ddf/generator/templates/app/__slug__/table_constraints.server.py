"""Looks up the constraint that a change violated, to find the fields it is about."""

import re
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from .errors import DataError
from .views import TableView


def fields_of_key(view: TableView, name: str) -> list[str]:
    """The fields of the unique key or index with that name; empty if it is not known."""
    found = _inspected(view)
    if name in ("PRIMARY", found["primary key"]):
        return list(view.key)
    return fields_called(view, found["indexes"].get(name, []))


def rule_of(view: TableView, name: str) -> tuple[list[str], str]:
    """The fields of the CHECK constraint with that name, and its condition.

    MariaDB names a constraint that is declared at a column like that column, and does not list it.
    """
    text = _inspected(view)["checks"].get(name, "")
    if not text:
        return fields_called(view, [name]), name
    named = [
        each.name
        for each in view.form_fields
        if re.search(rf"(?<!\w){re.escape(view.column(each.name).name)}(?!\w)", text)
    ]
    return named, text


def _inspected(view: TableView) -> dict[str, Any]:
    from .database import read_connection  # late: database.py imports this module

    name, schema = view.table.name, view.table.schema
    try:
        with read_connection() as connection:
            inspector = sa.inspect(connection)
            return {
                "primary key": inspector.get_pk_constraint(name, schema)["name"],
                "indexes": {
                    each["name"]: each["column_names"]
                    for each in inspector.get_indexes(name, schema)
                },
                "checks": {
                    each["name"]: each["sqltext"]
                    for each in inspector.get_check_constraints(name, schema)
                },
            }
    except DataError:
        return {"primary key": None, "indexes": {}, "checks": {}}


def fields_called(view: TableView, columns: Collection[str | None]) -> list[str]:
    """The fields of these columns."""
    return [each.name for each in view.fields if view.column(each.name).name in columns]
