"""The order in which rows of one table are deleted: those that refer to others come before them."""

from collections.abc import Mapping

import sqlalchemy as sa

from .data import key_is
from .database import read_connection
from .row_changes import Key
from .stored import stored_text, written
from .views import Relation, TableView

_Values = dict[str, tuple[str | None, ...]]
"""By the key in an address."""


def referring_first(view: TableView, rows: Mapping[str, Key]) -> list[str]:
    """The keys as they appear in addresses, in the order of deletion. Rows that refer to each other stay in their
    order.

    Raises:
        DataError: the database could not answer.
    """
    referred = _referred(view, rows)
    left, order = sorted(rows), []
    while left:
        still = {to for each in left for to in referred[each] if to != each}
        free = [each for each in left if each not in still] or left[:1]
        order += free
        left = [each for each in left if each not in free]
    return order


def _referred(view: TableView, rows: Mapping[str, Key]) -> dict[str, set[str]]:
    """For each row those of the others that it refers to."""
    found: dict[str, set[str]] = {each: set() for each in rows}
    for relation in view.relations:
        if relation.target != view.name:
            continue
        own, target = _values(view, relation, rows)
        for one, values in own.items():
            if None not in values:
                found[one] |= {other for other, held in target.items() if held == values}
    return found


def _values(
    view: TableView, relation: Relation, rows: Mapping[str, Key]
) -> tuple[_Values, _Values]:
    """The values with which the rows refer, and those by which they are referred to."""
    columns = [view.column(name) for name in (*relation.fields, *relation.target_fields)]
    width = len(relation.fields)
    own: _Values = {}
    target: _Values = {}
    with read_connection() as connection:
        for each, key in rows.items():
            asked = [stored_text(column).label(f"v{at}") for at, column in enumerate(columns)]
            row = connection.execute(sa.select(*asked).where(*key_is(view, key))).first()
            if row is None:
                continue
            texts = [
                # Without regard to case and blanks, as some databases compare them: it is only an order.
                None if text is None else written(column, text).strip().casefold()
                for column, text in zip(columns, row, strict=True)
            ]
            own[each], target[each] = tuple(texts[:width]), tuple(texts[width:])
    return own, target
