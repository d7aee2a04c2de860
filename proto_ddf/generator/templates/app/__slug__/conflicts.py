"""Changes that meet: which fields a person changed, and which of them somebody else changed meanwhile."""

from dataclasses import dataclass

from .errors import CHANGED_BY_OTHERS, FORM_INCOMPLETE, DataError
from .form_values import held, is_unchanged, submitted_text
from .formats import YES_NO, readable
from .start import Start, Stored, fields_to_compare, mark, text_of_mark
from .stored import written
from .views import Field, Kind, TableView


@dataclass
class Version:
    """A field that somebody else changed while a person changed it, or was about to delete the row."""

    name: str
    label: str
    mine: str
    """What the form holds; of a row that is to be deleted, what was shown."""
    theirs: str
    """What the database holds now."""
    now: str | None
    """The mark of that, see start.py."""


class Conflict(DataError):
    """The row was changed by somebody else since the page showed it. `versions` tells where."""

    def __init__(self, versions: list[Version]) -> None:
        super().__init__(CHANGED_BY_OTHERS)
        self.versions = versions


def changed_texts(
    view: TableView, texts: dict[str, str], start: Start, current: Stored
) -> tuple[dict[str, str], list[Version]]:
    """The texts that a person changed, by field, and those of fields that somebody else has changed too.

    A text that is what the database holds by now needs no change.

    Raises:
        DataError: the form does not tell what a field held at first.
    """
    changed: dict[str, str] = {}
    versions: list[Version] = []
    for field in view.asked:
        if field.name not in texts:
            continue
        if field.name not in start.fields:
            raise DataError(FORM_INCOMPLETE)
        now, before, text = current[field.name], start.fields[field.name], texts[field.name]
        if _is_as_shown(view, field, now, text) or _is_untouched(view, field, before, text):
            continue
        changed[field.name] = submitted_text(view, field, text, now)
        if before != mark(now):
            mine = YES_NO.get(text, text) if field.kind is Kind.BOOLEAN else text
            theirs = shown(view, field, now)
            versions.append(Version(field.name, field.label, mine, theirs, mark(now)))
    return changed, versions


def differences(view: TableView, start: Start, current: Stored) -> list[Version]:
    """The fields that no longer hold what was shown. Raises as `changed_texts`."""
    versions: list[Version] = []
    for field in fields_to_compare(view):
        if field.name not in start.fields:
            raise DataError(FORM_INCOMPLETE)
        now, before = current[field.name], start.fields[field.name]
        if before != mark(now):
            is_short = before is None or text_of_mark(before) is not None
            mine = shown(view, field, text_of_mark(before)) if is_short else "(a longer text)"
            theirs = shown(view, field, now)
            versions.append(Version(field.name, field.label, mine, theirs, mark(now)))
    return versions


def shown(view: TableView, field: Field, stored: str | None) -> str:
    """A stored value in words, to be compared by a person."""
    if stored is None:
        return "—"
    if field.kind is Kind.BINARY:
        return f"{written(view.column(field.name), stored)} bytes of binary data"
    if field.kind is Kind.BOOLEAN:
        text = held(view, field, stored).text
        return YES_NO.get(text, text)
    return readable(written(view.column(field.name), stored)) or "empty"


def _is_as_shown(view: TableView, field: Field, stored: str | None, text: str) -> bool:
    control = held(view, field, stored)
    return control.shape == "readonly" or is_unchanged(view, field, control, text)


def _is_untouched(view: TableView, field: Field, before: str | None, text: str) -> bool:
    """The text is what the control held at first, as far as that is known."""
    stored = text_of_mark(before)
    return (before is None or stored is not None) and _is_as_shown(view, field, stored, text)
