"""Finds out whether a change was written whose outcome is unknown, by looking at its row."""

from typing import Any

from .conflicts import is_as_shown
from .database import read_connection
from .form_validation import validated
from .formats import plain_text
from .row_snapshot import Stored, read_stored
from .views import TableView
from .written_forms import forms_without_row

Key = tuple[Any, ...]


def key_of_new_row(view: TableView, texts: dict[str, str]) -> Key | None:
    """The key of the row that these texts add; None if the database chooses it. Raises DataError."""
    if not all(texts.get(name) for name in view.key):
        return None
    fields = [view.by_name[name] for name in view.key]
    values = validated(texts, fields, creating=True, like=forms_without_row(view, fields))
    return tuple(values[name] for name in view.key)


def key_of_changed_row(view: TableView, key: Key, texts: dict[str, str]) -> Key:
    """The key of the row once these texts are written. Raises DataError."""
    fields = [view.by_name[name] for name in view.key if name in texts]
    own = dict(zip(view.key, map(plain_text, key), strict=True))
    forms = forms_without_row(view, fields, own)
    values = validated(texts, fields, creating=False, like=forms)
    return tuple(values.get(name, value) for name, value in zip(view.key, key, strict=True))


def find_row(view: TableView, key: Key) -> Stored | None:
    """What the row holds now; None if it does not exist. Raises DataError."""
    with read_connection() as connection:
        return read_stored(connection, view, key)


def holds(view: TableView, stored: Stored, texts: dict[str, str]) -> bool:
    """Whether the row holds these texts."""
    fields = [each for each in view.form_fields if each.name in texts]
    return all(is_as_shown(view, each, stored[each.name], texts[each.name]) for each in fields)
