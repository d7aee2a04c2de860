"""Reads the column defaults of the database, which the form of a new row starts with."""

import re

import sqlalchemy as sa

from .database import read_connection
from .views import Field, Kind, TableView

_TEXT = re.compile(r"'((?:[^']|'')*)'")
_TYPE = re.compile(r"::[\w\s\"().\[\],]+$")
"""PostgreSQL adds the type to the value: 'x'::character varying."""
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def default_texts(view: TableView) -> dict[str, str]:
    """The defaults that are plain values, as texts for the form's controls, by field.

    Raises:
        DataError: the database could not answer.
    """
    with read_connection() as connection:
        columns = sa.inspect(connection).get_columns(view.table.name, view.table.schema)
    declared = {column["name"]: str(column.get("default") or "") for column in columns}
    return {
        field.name: text
        for field in view.form_fields
        if (text := _text(field, declared.get(view.column(field.name).name, "")))
    }


def _text(field: Field, default: str) -> str:
    """The text of a literal; empty for an expression such as CURRENT_TIMESTAMP."""
    default = _TYPE.sub("", default.strip()).strip("() ")
    if field.kind is Kind.BOOLEAN:
        return {"1": "true", "0": "false"}.get(default, default.lower())
    if quoted := _TEXT.fullmatch(default):
        return quoted[1].replace("''", "'")
    return default if _NUMBER.fullmatch(default) else ""
