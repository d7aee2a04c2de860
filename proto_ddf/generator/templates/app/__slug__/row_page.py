"""What the page of one row reads, saves and deletes. Everything that decides what is written is sent by the page."""

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
from .row_snapshot import Snapshot, read_snapshot
from .rows import detail_cells, row_name
from .views import TableView

CHOICE = "choice."
"""The prefix of a field's name: the version that a person chose for it, "mine" or "theirs"."""


@dataclass
class Loaded:
    """All content of a row's page, read together."""

    name: str
    cells: list[Cell]
    form: RowForm
    related: list[Related] = field(default_factory=list)


@dataclass(frozen=True)
class Saved:
    """A row that was saved."""

    key: str
    """As it appears in an address."""
    before: str
    """Its key before the save; "new" for a row that was added."""
    was_added_before: bool = False
    """The form had already been saved, and nothing was written this time."""


def save_form(view: TableView, form: dict[str, Any]) -> Saved:
    """Create or update a row from the form's content.

    Raises:
        Conflict: somebody else changed the same fields.
        AddedBefore: the form has added a row, or may have, and the person did not ask for another one.
        DataError: a field is invalid, the row does not exist, or the database refused.
    """
    snapshot = read_snapshot(form.get("_snapshot"))
    texts = {each.name: str(form[each.name]) for each in view.form_fields if each.name in form}
    if snapshot.key == NEW:
        return _add(view, snapshot.given | texts, snapshot.token, agreed="_another" in form)
    key = decode_key(view, snapshot.key)
    if key is None:
        raise DataError(ROW_GONE)
    texts, snapshot = _with_choices(texts, snapshot, form)
    try:
        return Saved(update(view, key, texts, snapshot), snapshot.key)
    except Conflict as conflict:
        name_versions(view, conflict.versions)
        raise


def _add(view: TableView, texts: dict[str, str], token: str, agreed: bool) -> Saved:
    """Add the form's row, exactly once."""
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
    texts: dict[str, str], snapshot: Snapshot, form: dict[str, Any]
) -> tuple[dict[str, str], Snapshot]:
    """What to write after a person chose between two versions of fields."""
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
    return kept, replace(snapshot, fields=snapshot.fields | mine)


def delete_row(view: TableView, snapshot_json: str) -> None:
    """Delete the row that a page showed. Raises as `delete`."""
    snapshot = read_snapshot(snapshot_json)
    key = decode_key(view, snapshot.key)
    if key is None:
        raise DataError(ROW_GONE)
    try:
        delete(view, key, snapshot)
    except Conflict as conflict:
        name_versions(view, conflict.versions)
        raise


def load_row(view: TableView, key: tuple[Any, ...] | None, key_text: str) -> Loaded:
    """The row with that key, which is `key_text` in its address. Raises DataError."""
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
    """The form of a new row, with the values of its address. Raises DataError."""
    return Loaded(name="", cells=[], form=blank_form(view, asked))


def consequences_of(view: TableView, key: tuple[Any, ...]) -> list[Consequence]:
    """What deleting the row with that key would do to other rows. Raises DataError."""
    return consequences(view, fetch_row(view, key))
