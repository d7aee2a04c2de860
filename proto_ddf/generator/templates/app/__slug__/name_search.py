"""Finds rows by their names: each word in any part of the name, or as the key."""

from collections.abc import Iterator

import sqlalchemy as sa

from .dialect import as_text, contains, sort_key
from .row_names import linked_fields
from .views import VIEWS, Kind, TableView

_MARKS = "()·,#"
"""Marks beside words that names have between their parts."""


def is_called(view: TableView, text: str, *, nested: bool = True) -> sa.ColumnElement[bool]:
    """The condition that a row's name has all words of the text. `nested`: the names of other rows may be part of its
    name."""
    words = [word for each in text.split() if (word := each.strip(_MARKS))]
    if not view.row_name:
        singular = view.singular.casefold().split()
        words = [word for word in words if word.casefold() not in singular]
    return sa.and_(
        sa.true(), *(sa.or_(sa.false(), *_has_word(view, word, nested)) for word in words)
    )


def name_order(view: TableView) -> list[sa.ColumnElement[object]]:
    """The order of rows by their names."""
    return [sort_key(view.column(name)) for name in view.row_name or view.key]


def _has_word(view: TableView, word: str, nested: bool) -> Iterator[sa.ColumnElement[bool]]:
    for name in (*view.row_name, *view.beside):
        if view.by_name[name].kind is not Kind.BINARY and not view.relation_of(name):
            yield contains(view.column(name), word)
    for name in view.key:
        if view.by_name[name].kind is not Kind.BINARY:
            key = as_text(view.column(name))
            yield key == word if view.row_name else key.startswith(word, autoescape=True)
    if nested:
        for name, relation in linked_fields(view):
            target = VIEWS[relation.target]
            chosen = sa.select(target.column(relation.target_fields[0]))
            yield view.column(name).in_(chosen.where(is_called(target, word, nested=False)))
