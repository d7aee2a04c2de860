"""What the page of one row reads, saves and deletes. What the page sends tells all that decides what is written."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from .changes import create, delete, update
from .conflicts import Conflict
from .consequences import Consequence, consequences
from .data import fetch_row
from .errors import CHECK_FIELDS, FORM_INCOMPLETE, ROW_GONE, DataError, OutcomeUnknown
from .form_tokens import FORM_TOKENS, content_of
from .formats import Cell
from .keys import NEW, decode_key
from .relations import Related, related_rows
from .row_forms import RowForm, blank_form, form_of_row, name_versions
from .rows import detail_cells, row_name
from .start import Start, read_start
from .views import TableView

CHOICE = "choice."
"""Before a field's name: the version that a person chose of it, "mine" or "theirs"."""


@dataclass
class Loaded:
    """Everything that a row's page shows, read at once."""

    name: str
    cells: list[Cell]
    form: RowForm
    related: list[Related] = field(default_factory=list)


@dataclass(frozen=True)
class Saved:
    """A row that was saved."""

    key: str
    """As an address part."""
    before: str
    """The key that it had before; "new" for a row that was added."""
    was_added_before: bool = False
    """The form had been saved already, and nothing was written this time."""


def save_form(view: TableView, form: dict[str, Any]) -> Saved:
    """Create or update a row from what its form sent.

    Raises:
        Conflict: somebody else has changed the same fields.
        AddedBefore: the form has added a row, or may have, and the person did not ask for another one.
        DataError: a field is wrong, the row is gone, or the database refused.
    """
    start = read_start(form.get("_start"))
    texts = {each.name: str(form[each.name]) for each in view.asked if each.name in form}
    if start.key == NEW:
        return _add(view, start.given | texts, start.token, agreed="_another" in form)
    key = decode_key(view, start.key)
    if key is None:
        raise DataError(ROW_GONE)
    texts, start = _with_choices(texts, start, form)
    try:
        return Saved(update(view, key, texts, start), start.key)
    except Conflict as conflict:
        name_versions(view, conflict.versions)
        raise


def _add(view: TableView, texts: dict[str, str], token: str, agreed: bool) -> Saved:
    """Add the row of a form, once."""
    if not token:
        raise DataError(FORM_INCOMPLETE)
    content = content_of(texts)
    if row := FORM_TOKENS.begin(token, content, agreed):
        return Saved(row, NEW, was_added_before=True)
    try:
        row = create(view, texts)
    except OutcomeUnknown:
        FORM_TOKENS.lost(token)
        raise
    except BaseException:
        FORM_TOKENS.failed(token, content)
        raise
    FORM_TOKENS.added(token, content, row)
    return Saved(row, NEW)


def _with_choices(
    texts: dict[str, str], start: Start, form: dict[str, Any]
) -> tuple[dict[str, str], Start]:
    """What is to be written after a person chose between two versions of fields."""
    try:
        marks = dict(json.loads(form.get("_conflicts") or "{}"))
    except (TypeError, ValueError):
        raise DataError(FORM_INCOMPLETE) from None
    chosen = {name: form.get(CHOICE + name) for name in marks if name in texts}
    undecided = [name for name, choice in chosen.items() if choice not in ("mine", "theirs")]
    if undecided:
        raise DataError(CHECK_FIELDS, dict.fromkeys(undecided, "Choose one of the two versions."))
    kept = {name: text for name, text in texts.items() if chosen.get(name) != "theirs"}
    mine = {name: marks[name] for name, choice in chosen.items() if choice == "mine"}
    return kept, replace(start, fields=start.fields | mine)


def delete_row(view: TableView, start_json: str) -> None:
    """Delete the row that a page showed with this start. Raises as `delete`."""
    start = read_start(start_json)
    key = decode_key(view, start.key)
    if key is None:
        raise DataError(ROW_GONE)
    try:
        delete(view, key, start)
    except Conflict as conflict:
        name_versions(view, conflict.versions)
        raise


def load_row(view: TableView, key: tuple[Any, ...] | None, key_text: str) -> Loaded:
    """The row of that key, which is `key_text` in its address. Raises DataError."""
    if key is None:
        raise DataError(ROW_GONE)
    form = form_of_row(view, key, key_text)  # first: never newer than what is shown
    values = fetch_row(view, key)
    return Loaded(
        name=row_name(view, values),
        cells=detail_cells(view, values),
        form=form,
        related=related_rows(view, values),
    )


def load_blank(view: TableView, asked: dict[str, str]) -> Loaded:
    """The form of a new row with what its address gives. Raises DataError."""
    return Loaded(name="", cells=[], form=blank_form(view, asked))


def consequences_of(view: TableView, key: tuple[Any, ...]) -> list[Consequence]:
    """What deleting the row of that key would do to others. Raises DataError."""
    return consequences(view, fetch_row(view, key))
