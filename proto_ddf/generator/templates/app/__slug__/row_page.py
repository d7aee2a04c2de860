"""What the page of one row reads, saves and deletes. Everything that decides what is written is sent by the page."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from .changes import create, delete, update
from .conflicts import Conflict
from .consequences import Consequence, consequences
from .data import fetch_row
from .errors import CHECK_FIELDS, FORM_INCOMPLETE, ROW_GONE, DataError
from .formats import Cell
from .keys import NEW, decode_key, encode_key
from .links import LinkedRows, linked_rows
from .maps import MapLink, map_links
from .related import Place, first_places
from .repeats import find_row, holds, key_of_changed_row, key_of_new_row
from .row_forms import RowForm, blank_form, form_of_row, name_versions
from .row_snapshot import Snapshot, read_snapshot
from .rows import detail_cells, row_name
from .submission_store import digest
from .submissions import AddedBefore, Attempt, attempt
from .views import TableView

CHOICE = "choice."
"""The prefix of a field's name: the version that a person chose for it, "mine" or "theirs"."""


@dataclass
class Loaded:
    """All content of a row's page, read together."""

    name: str
    cells: list[Cell]
    form: RowForm
    related: list[Place] = field(default_factory=list)
    """Where the rows that refer to it are read."""
    linked: list[LinkedRows] = field(default_factory=list)
    maps: list[MapLink] = field(default_factory=list)


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
    with attempt(view) as made:
        snapshot = read_snapshot(form.get("_snapshot"))
        texts = {each.name: str(form[each.name]) for each in view.form_fields if each.name in form}
        if snapshot.key == NEW:
            agreed = "_another" in form
            return _add(view, snapshot.given | texts, snapshot.token, agreed, made)
        texts, snapshot = _with_choices(texts, snapshot, form)
        return _change(view, texts, snapshot, made)


def _add(view: TableView, texts: dict[str, str], token: str, agreed: bool, made: Attempt) -> Saved:
    """Add the form's row, exactly once."""
    if not token:
        raise DataError(FORM_INCOMPLETE)
    reply = made.begin("Row added.", form=token, texts=digest(texts), agreed=agreed)
    if reply:
        return Saved(reply.address.rpartition("/")[2], NEW, was_added_before=True)
    if made.may_be_done and (row := _added(view, texts, made.must_ask)):
        made.found(row)
        return Saved(row, NEW, was_added_before=True)
    return Saved(create(view, texts, made.written), NEW)


def _added(view: TableView, texts: dict[str, str], must_ask: bool) -> str:
    """The key of the row that an earlier attempt has added; empty if it has added none."""
    key = key_of_new_row(view, texts)
    if key is None:
        if must_ask:
            raise AddedBefore
        return ""
    stored = find_row(view, key)
    if stored is None:
        return ""
    row = encode_key(view, key)
    if not holds(view, stored, texts):
        raise AddedBefore(f"/{view.route}/{row}")
    return row


def _change(view: TableView, texts: dict[str, str], snapshot: Snapshot, made: Attempt) -> Saved:
    key = decode_key(view, snapshot.key)
    if key is None:
        raise DataError(ROW_GONE)
    made.begin("Changes saved.")
    if made.may_be_done and (row := _changed(view, key, texts)):
        made.found(row)
        return Saved(row, snapshot.key)
    try:
        return Saved(update(view, key, texts, snapshot, made.written), snapshot.key)
    except Conflict as conflict:
        name_versions(view, conflict.versions)
        raise


def _changed(view: TableView, key: tuple[Any, ...], texts: dict[str, str]) -> str:
    """The key of the row if an earlier attempt has written these texts, which may have changed the key."""
    now = key_of_changed_row(view, key, texts)
    if now != key and find_row(view, key) is not None:
        return ""  # the row with the new key is another one
    stored = find_row(view, now)
    return encode_key(view, now) if stored is not None and holds(view, stored, texts) else ""


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
    with attempt(view) as made:
        snapshot = read_snapshot(snapshot_json)
        key = decode_key(view, snapshot.key)
        if key is None:
            raise DataError(ROW_GONE)
        made.begin("Row deleted.")
        if made.may_be_done and find_row(view, key) is None:
            made.found("")
            return
        try:
            delete(view, key, snapshot, made.written)
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
        related=first_places(view, values),
        linked=linked_rows(view, values),
        maps=map_links(view, values),
    )


def load_form(view: TableView, key_text: str, asked: dict[str, str]) -> Loaded:
    """Only the form of the row with that key in its address, and its name; the form of a new row has the values that
    are asked for. Raises DataError."""
    if key_text == NEW:
        return Loaded(name=f"New {view.noun}", cells=[], form=blank_form(view, asked))
    key = decode_key(view, key_text)
    if key is None:
        raise DataError(ROW_GONE)
    form = form_of_row(view, key, key_text)  # first: never newer than what is shown
    return Loaded(name=row_name(view, fetch_row(view, key)), cells=[], form=form)


def consequences_of(view: TableView, key: tuple[Any, ...]) -> list[Consequence]:
    """What deleting the row with that key would do to other rows. Raises DataError."""
    return consequences(view, fetch_row(view, key))
