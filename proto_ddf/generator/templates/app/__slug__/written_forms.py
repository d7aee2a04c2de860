"""How a column's moments are written that are stored as text, so that a new one is written in the same form."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa

from .database import read_connection
from .notation import has_form, shown_text
from .stored import is_binary, stored_text, written
from .views import Field, TableView

LOOKED_AT = 50
"""The number of other rows, the last ones by key."""
Texts = Mapping[str, str]
"""Stored values as people write them, by field."""
NONE: Texts = MappingProxyType({})


def written_forms(
    connection: sa.Connection, view: TableView, fields: Sequence[Field], own: Texts
) -> dict[str, str]:
    """For each field with several forms a stored value that fits it: the row's own one, or else one of another row."""
    found: dict[str, str] = {}
    for field in filter(has_form, fields):
        texts = [own[field.name]] if field.name in own else []
        fitting = _fitting(field, texts) or _fitting(field, _of_others(connection, view, field))
        if fitting:
            found[field.name] = fitting[0]
    return found


def forms_without_row(
    view: TableView, fields: Sequence[Field], own: Texts = NONE
) -> dict[str, str]:
    """As `written_forms`, where no row is read. Raises DataError."""
    chosen = list(filter(has_form, fields))
    if not chosen:
        return {}
    with read_connection() as connection:
        return written_forms(connection, view, chosen, own)


def _fitting(field: Field, texts: Sequence[str]) -> list[str]:
    return [text for text in texts if shown_text(field, text) is not None]


def _of_others(connection: sa.Connection, view: TableView, field: Field) -> list[str]:
    last = [view.column(name).desc() for name in view.key]
    column = view.column(field.name)
    statement = sa.select(stored_text(column)).order_by(*last).limit(LOOKED_AT)
    stored = connection.execute(statement).scalars()
    return [written(column, each) for each in stored if each is not None and not is_binary(each)]
