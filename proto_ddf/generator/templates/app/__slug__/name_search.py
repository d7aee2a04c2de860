"""Finds rows by their names: each word in any part of the name, or as the key."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import sqlalchemy as sa

from .comparison_values import value_of
from .dialect import as_text, contains, has_value, sort_key
from .row_names import linked_fields
from .views import VIEWS, Kind, TableView

_MARKS = "()·,#"
"""Marks beside words that names have between their parts."""


def is_called(view: TableView, text: str) -> sa.ColumnElement[bool]:
    """The condition that a row's name has all words of the text."""
    return _has_words(view, telling_words(view, text), nested=True)


def telling_words(view: TableView, text: str) -> list[str]:
    """The words of the text without what the names of all rows have: the 4711 of "Order 4711"."""
    words = [word for each in text.split() if (word := each.strip(_MARKS))]
    shared = [] if view.row_name else view.singular.casefold().split()
    return [word for word in words if word.casefold() not in shared]


def name_order(view: TableView) -> list[sa.ColumnElement[object]]:
    """The order of rows by their names."""
    return [sort_key(view.column(name)) for name in view.row_name or view.key]


def _has_words(view: TableView, words: Sequence[str], *, nested: bool) -> sa.ColumnElement[bool]:
    """`nested`: the names of other rows may be part of a row's name."""
    each = (sa.or_(sa.false(), *_has_word(view, word, nested=nested)) for word in words)
    return sa.and_(sa.true(), *each)


def _has_word(view: TableView, word: str, *, nested: bool) -> Iterator[sa.ColumnElement[bool]]:
    for name in (*view.row_name, *view.beside):
        if view.by_name[name].kind is not Kind.BINARY and not view.relation_of(name):
            yield contains(view.column(name), word)
    for name in view.key:
        if view.by_name[name].kind is not Kind.BINARY:
            yield from _is_in_key(view, name, word)
    if nested:
        for name, relation in linked_fields(view):
            target = VIEWS[relation.target]
            wanted = telling_words(target, word)
            called = _has_words(target, wanted, nested=False)
            chosen = sa.select(target.column(relation.target_fields[0])).where(called)
            column = view.column(name)
            yield column.in_(chosen) if wanted else column.is_not(None)


def _is_in_key(view: TableView, name: str, word: str) -> Iterator[sa.ColumnElement[bool]]:
    """A key that a row is called by is found by its beginning, any other one as a whole."""
    column = view.column(name)
    if not view.row_name:
        yield as_text(column).startswith(word, autoescape=True)
        return
    with suppress(ValueError):
        yield has_value(column, value_of(view.by_name[name].kind, word))
