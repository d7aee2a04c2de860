"""The rules of a table, asked for when one was broken: which fields a rule is about."""

import re
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from .errors import DataError
from .views import TableView


def fields_of_key(view: TableView, name: str) -> list[str]:
    """The fields of the unique key or index of that name; none where it is not known."""
    found = _inspected(view)
    if name in ("PRIMARY", found["primary key"]):
        return list(view.key)
    return fields_called(view, found["indexes"].get(name, []))


def rule_of(view: TableView, name: str) -> tuple[list[str], str]:
    """The fields that the CHECK of that name is about, and what it says.

    MariaDB calls one that stands at a column like that, and does not list it.
    """
    text = _inspected(view)["checks"].get(name, "")
    if not text:
        return fields_called(view, [name]), name
    named = [
        each.name
        for each in view.asked
        if re.search(rf"(?<!\w){re.escape(view.column(each.name).name)}(?!\w)", text)
    ]
    return named, text


def _inspected(view: TableView) -> dict[str, Any]:
    from .database import reading  # late: it needs the module that asks this one

    name, schema = view.table.name, view.table.schema
    try:
        with reading() as connection:
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
