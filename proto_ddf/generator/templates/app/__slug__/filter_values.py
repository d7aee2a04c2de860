"""The values that a filter offers to choose from: rows of a relation, declared choices, or values of the column."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .database import read_connection
from .dialect import as_text, can_hold, contains, is_empty, start_of
from .filter_chips import shown_value
from .filters import shape_of
from .formats import plain_text, readable
from .relations import search_options
from .views import Field, TableView

LONGEST = 200
"""Characters of a value of a filter."""
OFFERED = 50
READ = 100_000
"""Number of rows among which values are looked for, so that a large table answers soon."""


@dataclass
class FilterValue:
    """A value to choose."""

    value: str
    text: str
    chosen: bool = False


def offered_values(view: TableView, name: str, words: str) -> list[FilterValue]:
    """Values of the field that contain the words, at most OFFERED of them.

    Raises:
        DataError: the database could not answer.
    """
    field = view.by_name[name]
    shape = shape_of(view, name)
    if shape == "relation":
        return [FilterValue(each.value, each.text) for each in search_options(view, name, words)]
    if shape == "choice":
        wanted = words.strip().lower()
        return [FilterValue(each, each) for each in field.choices if wanted in each.lower()]
    if shape not in ("text", "number") or not can_hold(words):
        return []
    found = dict.fromkeys(map(plain_text, _distinct(view, field, words.strip())))
    return [
        FilterValue(each, readable(shown_value(field, each)))
        for each in found
        if each and can_hold(each)
    ]


def _distinct(view: TableView, field: Field, words: str) -> list[Any]:
    column = view.column(field.name)
    read = column if field.is_number else start_of(column, LONGEST)
    where = [sa.not_(is_empty(column))]
    if not field.is_number:
        where.append(read == as_text(column))  # no longer, and a text
    if words and field.is_number:
        where.append(as_text(column).startswith(words, autoescape=True))
    elif words:
        where.append(contains(column, words))
    some = sa.select(read.label("value")).select_from(view.table).where(*where).limit(READ)
    value = some.subquery().c.value
    statement = sa.select(value).distinct().order_by(value).limit(OFFERED)
    with read_connection() as connection:
        found = connection.execute(statement).scalars()
        return [each for each in found if each is not None and not isinstance(each, bytes)]
