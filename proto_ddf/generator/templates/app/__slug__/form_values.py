"""The values of a row's form: the text in each control, and what was stored when the form was filled.

A control only takes a value that it can hold exactly. Any other value is shown as text, or cannot be changed.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time

from .formats import readable
from .notation import shown_text
from .stored import FALSE, TRUE, is_binary, written
from .views import Field, Kind, TableView, Widget

INPUT_TYPES = {
    Widget.EMAIL: "email",
    Widget.URL: "url",
    Widget.IMAGE: "url",
    Widget.PHONE: "tel",
    Widget.DATE: "date",
    Widget.DATETIME: "datetime-local",
    Widget.TIME: "time",
}
_HELD_EXACTLY = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "datetime-local": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
    "time": re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?"),
}
"""What a control of that type can hold (HTML standard, 2.3.5), with seconds."""


LINE_ENDS = "This text has line ends that a form cannot keep, so it cannot be changed here."
BYTES = "Bytes are stored here, which a form cannot keep, so they cannot be changed here."
UNREADABLE = (
    "This text has bytes that are no UTF-8, which a form cannot keep, so it cannot be changed here."
)


@dataclass
class ControlValue:
    """The value of one control, and how the control differs from the field's default one."""

    text: str = ""
    shape: str = ""
    """ "input", "textarea", "select" or "readonly", if it is not the default one."""
    type: str = ""
    """The type of an input, if it is not the default one."""
    label: str = ""
    """What a picker shows for the row that it refers to."""
    extra: str = ""
    """An additional option of a select: the stored value, which is not in the list."""
    note: str = ""
    """Why the value cannot be changed."""
    suggests: str = ""
    """What a button can fill in: "uuid"."""


def shape_of(view: TableView, field: Field) -> str:
    """The field's default control: "picker", "switch", "select", "textarea" or "input"."""
    if view.relation_of(field.name):
        return "picker"
    if field.is_flag:
        return "select" if field.nullable else "switch"
    if field.choices:
        return "select"
    is_long = field.widget in (Widget.TEXTAREA, Widget.JSON) or field.kind is Kind.JSON
    return "textarea" if is_long else "input"


def type_of(field: Field) -> str:
    """The default type of the field's input."""
    return INPUT_TYPES.get(field.widget, "text")


def control_value(view: TableView, field: Field, stored: str | None) -> ControlValue:
    """What the field's control holds for a stored value, given as text of `stored_text`."""
    shape = shape_of(view, field)
    if stored is None:
        return ControlValue(shape="select") if shape == "switch" else ControlValue()
    text = written(view.column(field.name), stored)
    if is_binary(stored):
        return ControlValue(f"{len(text) // 2} bytes of binary data", shape="readonly", note=BYTES)
    if readable(text) != text:
        return ControlValue(readable(text), shape="readonly", note=UNREADABLE)
    if shape == "picker":
        has_lines = "\n" in text or "\r" in text
        return (
            ControlValue(text, shape="readonly", note=LINE_ENDS)
            if has_lines
            else ControlValue(text)
        )
    if field.kind is Kind.BOOLEAN:
        return _held_flag(stored, text)
    shown = shown_text(field, text)
    if shown is None:
        return _held_text("input", "text", text, shape_now="input")
    if field.is_flag:
        return ControlValue(shown)
    text = shown
    if shape == "select":
        return _held_choice(field, text)
    return _held_text(shape, type_of(field), text)


def _held_flag(stored: str, text: str) -> ControlValue:
    if stored in (TRUE, FALSE):
        return ControlValue("true" if stored == TRUE else "false")
    return _held_text("input", "text", text, shape_now="input")


def _held_choice(field: Field, text: str) -> ControlValue:
    if text in (*field.choices, ""):
        return ControlValue(text)
    if "\r" in text:
        return _held_text("input", "text", text, shape_now="input")
    return ControlValue(text, extra=f"{text} (not in the list)")


def _held_text(shape: str, type_: str, text: str, shape_now: str = "") -> ControlValue:
    has_returns = "\r" in text
    if has_returns and not _has_windows_line_ends(text):
        return ControlValue(text, shape="readonly", note=LINE_ENDS)
    if has_returns or "\n" in text:
        return ControlValue(
            text.replace("\r\n", "\n"), shape="" if shape == "textarea" else "textarea"
        )
    if type_ in _HELD_EXACTLY and shape == "input":
        moment = _as_held(type_, text)
        return ControlValue(text, type="text") if moment is None else ControlValue(moment)
    if type_ in ("email", "url") and text != text.strip():
        return ControlValue(text, type="text")
    return ControlValue(text, shape=shape_now, type="text" if shape_now else "")


def _as_held(type_: str, text: str) -> str | None:
    """The date or time as its control holds it; None if it cannot."""
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
    """Whether every line of the text ends with a carriage return and a line feed."""
    return text.count("\r") == text.count("\n") == text.count("\r\n")


def is_unchanged(view: TableView, field: Field, before: ControlValue, submitted: str) -> bool:
    """Whether the browser sent the value that the control held at first; it may write a time in a shorter form."""
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
    """The submitted text, with line ends as in the stored text."""
    text = _with_line_feeds(submitted)
    before = "" if stored is None else written(view.column(field.name), stored)
    return text.replace("\n", "\r\n") if "\r" in before and _has_windows_line_ends(before) else text


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n")
