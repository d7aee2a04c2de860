"""What the form of a row holds: the text in each control, and what the database held when the form was filled.

A control takes only what it can hold exactly. What it cannot hold is shown as text, or is not offered for change.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time

from .formats import readable
from .stored import FALSE, TRUE, is_binary, written
from .views import Field, Kind, TableView, Widget

INPUT_TYPES = {
    Widget.EMAIL: "email",
    Widget.URL: "url",
    Widget.DATE: "date",
    Widget.DATETIME: "datetime-local",
    Widget.TIME: "time",
}
_HELD_EXACTLY = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "datetime-local": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
    "time": re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
}
"""What a control of that type can hold (HTML standard, 2.3.5), down to the second."""


LINE_ENDS = "This text has line ends that a form cannot keep, so it cannot be changed here."
BYTES = "Bytes are stored here, which a form cannot keep, so they cannot be changed here."
UNREADABLE = (
    "This text has bytes that are no UTF-8, which a form cannot keep, so it cannot be changed here."
)


@dataclass
class Held:
    """What one control holds, and how it differs from the usual control of its field."""

    text: str = ""
    shape: str = ""
    """ "input", "textarea", "select" or "readonly" where it is not the usual one."""
    type: str = ""
    """Of an input, where it is not the usual one."""
    label: str = ""
    """What a picker shows for the row that it points to."""
    extra: str = ""
    """A select offers this too: the value that is stored and is not in the list."""
    note: str = ""
    """Why the value cannot be changed."""


def shape_of(view: TableView, field: Field) -> str:
    """The usual control of the field: "picker", "switch", "select", "textarea" or "input"."""
    if view.relation_of(field.name):
        return "picker"
    if field.kind is Kind.BOOLEAN:
        return "select" if field.nullable else "switch"
    if field.choices:
        return "select"
    is_long = field.widget is Widget.TEXTAREA or field.kind is Kind.JSON
    return "textarea" if is_long else "input"


def type_of(field: Field) -> str:
    """The usual type of the field's input."""
    return INPUT_TYPES.get(field.widget, "text")


def held(view: TableView, field: Field, stored: str | None) -> Held:
    """What the control of the field holds of a stored value, which is text as `stored_text` gives it."""
    shape = shape_of(view, field)
    if stored is None:
        return Held(shape="select") if shape == "switch" else Held()
    text = written(view.column(field.name), stored)
    if is_binary(stored):
        return Held(f"{len(text) // 2} bytes of binary data", shape="readonly", note=BYTES)
    if readable(text) != text:
        return Held(readable(text), shape="readonly", note=UNREADABLE)
    if shape == "picker":
        has_lines = "\n" in text or "\r" in text
        return Held(text, shape="readonly", note=LINE_ENDS) if has_lines else Held(text)
    if field.kind is Kind.BOOLEAN:
        return _held_flag(stored, text)
    if shape == "select":
        return _held_choice(field, text)
    return _held_text(shape, type_of(field), text)


def _held_flag(stored: str, text: str) -> Held:
    if stored in (TRUE, FALSE):
        return Held("true" if stored == TRUE else "false")
    return _held_text("input", "text", text, shape_now="input")


def _held_choice(field: Field, text: str) -> Held:
    if text in (*field.choices, ""):
        return Held(text)
    if "\r" in text:
        return _held_text("input", "text", text, shape_now="input")
    return Held(text, extra=f"{text} (not in the list)")


def _held_text(shape: str, type_: str, text: str, shape_now: str = "") -> Held:
    has_returns = "\r" in text
    if has_returns and not _has_windows_line_ends(text):
        return Held(text, shape="readonly", note=LINE_ENDS)
    if has_returns or "\n" in text:
        return Held(text.replace("\r\n", "\n"), shape="" if shape == "textarea" else "textarea")
    if type_ in _HELD_EXACTLY and shape == "input":
        moment = _as_held(type_, text)
        return Held(text, type="text") if moment is None else Held(moment)
    if type_ in ("email", "url") and text != text.strip():
        return Held(text, type="text")
    return Held(text, shape=shape_now, type="text" if shape_now else "")


def _as_held(type_: str, text: str) -> str | None:
    """The date or time as its control holds it; None where it cannot."""
    if not _HELD_EXACTLY[type_].fullmatch(text):
        return None
    try:
        if type_ == "time":
            time.fromisoformat(text)
        else:
            datetime.fromisoformat(text)
    except ValueError:
        return None
    return text.replace(" ", "T")


def _has_windows_line_ends(text: str) -> bool:
    """Each line of the text ends in a carriage return and a line feed."""
    return text.count("\r") == text.count("\n") == text.count("\r\n")


def is_unchanged(view: TableView, field: Field, before: Held, submitted: str) -> bool:
    """The browser sent what the control held at first: it may write a time in a shorter way."""
    if submitted == before.text or _with_line_feeds(submitted) == before.text:
        return True
    is_moment = (
        shape_of(view, field) == "input" and (before.type or type_of(field)) in _HELD_EXACTLY
    )
    return is_moment and _moment(submitted) == _moment(before.text)


def _moment(text: str) -> object:
    for parse in (datetime.fromisoformat, time.fromisoformat):
        try:
            return parse(text)
        except ValueError:
            continue
    return text


def submitted_text(view: TableView, field: Field, submitted: str, stored: str | None) -> str:
    """The text that was submitted, with line ends as the stored text has them."""
    text = _with_line_feeds(submitted)
    before = "" if stored is None else written(view.column(field.name), stored)
    return text.replace("\n", "\r\n") if "\r" in before and _has_windows_line_ends(before) else text


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n")
