"""How a column's moments are written that are stored as text, so that a new one is written in the same form."""

from collections.abc import Sequence

import sqlalchemy as sa

from .database import read_connection
from .notation import has_form, shown_text
from .row_snapshot import Stored
from .stored import is_binary, stored_text, written
from .views import Field, TableView

LOOKED_AT = 50
"""The number of other rows, the last ones by key."""


def written_forms(
    connection: sa.Connection,
    view: TableView,
    fields: Sequence[Field],
    current: Stored | None = None,
) -> dict[str, str]:
    """For each field with several forms a stored value: of the row with the `current` values, or else of another."""
    found: dict[str, str] = {}
    for field in filter(has_form, fields):
        own = [current[field.name]] if current else []
        for text in _fitting(view, field, own) or _fitting(
            view, field, _of_others(connection, view, field)
        ):
            found.setdefault(field.name, text)
    return found


def _fitting(view: TableView, field: Field, stored: Sequence[str | None]) -> list[str]:
    texts = [
        written(view.column(field.name), each) for each in stored if each and not is_binary(each)
    ]
    return [text for text in texts if shown_text(field, text) is not None]


def forms_of_others(view: TableView, fields: Sequence[Field]) -> dict[str, str]:
    """As `written_forms`, for a new row. Raises DataError."""
    chosen = list(filter(has_form, fields))
    if not chosen:
        return {}
    with read_connection() as connection:
        return written_forms(connection, view, chosen)


def _of_others(connection: sa.Connection, view: TableView, field: Field) -> Sequence[str | None]:
    last = [view.column(name).desc() for name in view.key]
    text = stored_text(view.column(field.name))
    return connection.execute(sa.select(text).order_by(*last).limit(LOOKED_AT)).scalars().all()
