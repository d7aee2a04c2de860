"""Finds conflicts: the fields that a person changed, and those of them that somebody else changed too."""

from dataclasses import dataclass

from .errors import CHANGED_BY_OTHERS, FORM_INCOMPLETE, DataError
from .form_values import control_value, is_unchanged, submitted_text
from .formats import YES_NO, readable
from .notation import shown_text
from .row_snapshot import Snapshot, Stored, fields_to_compare, fingerprint, text_of_fingerprint
from .stored import written
from .views import Field, Kind, TableView


@dataclass
class Version:
    """A field that somebody else changed, while a person edited it or was about to delete the row."""

    name: str
    label: str
    mine: str
    """The text in the form; for a row to delete, the text that was shown."""
    theirs: str
    """The value in the database now."""
    now: str | None
    """The fingerprint of that value, see row_snapshot.py."""


class Conflict(DataError):
    """Somebody else changed the row after the page showed it. `versions` lists the fields."""

    outcome = "conflict"

    def __init__(self, versions: list[Version]) -> None:
        super().__init__(CHANGED_BY_OTHERS)
        self.versions = versions


def changed_texts(
    view: TableView, texts: dict[str, str], snapshot: Snapshot, current: Stored
) -> tuple[dict[str, str], list[Version]]:
    """The texts that a person changed, by field, and the fields that somebody else changed too.

    A text that is already stored in the database is not a change.

    Raises:
        DataError: the form does not say what a field held at first.
    """
    changed: dict[str, str] = {}
    versions: list[Version] = []
    for field in view.form_fields:
        if field.name not in texts:
            continue
        if field.name not in snapshot.fields:
            raise DataError(FORM_INCOMPLETE)
        now, before, text = current[field.name], snapshot.fields[field.name], texts[field.name]
        if is_as_shown(view, field, now, text) or _is_untouched(view, field, before, text):
            continue
        changed[field.name] = submitted_text(view, field, text, now)
        if before != fingerprint(now):
            mine = YES_NO.get(text, text) if field.is_flag else text
            theirs = displayed(view, field, now)
            versions.append(Version(field.name, field.label, mine, theirs, fingerprint(now)))
    return changed, versions


def differences(view: TableView, snapshot: Snapshot, current: Stored) -> list[Version]:
    """The fields that no longer hold what was shown. Raises as `changed_texts`."""
    versions: list[Version] = []
    for field in fields_to_compare(view):
        if field.name not in snapshot.fields:
            raise DataError(FORM_INCOMPLETE)
        now, before = current[field.name], snapshot.fields[field.name]
        if before != fingerprint(now):
            is_short = before is None or text_of_fingerprint(before) is not None
            mine = (
                displayed(view, field, text_of_fingerprint(before))
                if is_short
                else "(a longer text)"
            )
            theirs = displayed(view, field, now)
            versions.append(Version(field.name, field.label, mine, theirs, fingerprint(now)))
    return versions


def displayed(view: TableView, field: Field, stored: str | None) -> str:
    """A stored value as text for a person to compare."""
    if stored is None:
        return "—"
    if field.kind is Kind.BINARY:
        return f"{written(view.column(field.name), stored)} bytes of binary data"
    if field.kind is Kind.BOOLEAN:
        text = control_value(view, field, stored).text
        return YES_NO.get(text, text)
    text = written(view.column(field.name), stored)
    shown = shown_text(field, text)
    if field.is_flag and shown:
        return YES_NO[shown]
    return readable(text if shown is None else shown) or "empty"


def is_as_shown(view: TableView, field: Field, stored: str | None, text: str) -> bool:
    control = control_value(view, field, stored)
    return control.shape == "readonly" or is_unchanged(view, field, control, text)


def _is_untouched(view: TableView, field: Field, before: str | None, text: str) -> bool:
    """Whether the text is what the control held at first, as far as that is known."""
    stored = text_of_fingerprint(before)
    return (before is None or stored is not None) and is_as_shown(view, field, stored, text)
