"""Values as text: for a person to read, and for a form to edit."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from .views import Field, Kind, TableView, Widget

CUT = 120
"""Characters of a long text that a list shows."""


@dataclass
class Cell:
    """One value as the pages show it."""

    text: str = ""
    style: str = ""
    """CSS classes: "null" (nothing stored), "empty" (an empty text), "flag yes", "flag no", "number"."""
    kind: str = ""
    """What the browser writes as its reader does (components/local.py); empty: the text stays as it is."""
    exact: str = ""
    """The value with nothing left out, of a text that has a kind."""
    href: str = ""
    """Address of the row that the value refers to."""
    long: bool = False
    """The text is cut; the whole is shown on demand."""


def cell(view: TableView, field: Field, value: Any, cut: int | None = CUT) -> Cell:
    """The value for reading; `cut` is the length at which a text is cut, None for the whole."""
    if value is None:
        return Cell("—", "null")
    if value == "":
        return Cell("empty", "empty")
    if isinstance(value, bool):
        return Cell("Yes", "flag yes") if value else Cell("No", "flag no")
    if field.kind is Kind.BINARY:
        return Cell(f"{_size(value)} bytes of binary data", "empty", "count", _exact(_size(value)))
    text = _number(field, value) if field.is_number else _plain(value)
    if cut is not None and len(text) > cut:
        return Cell(text[:cut].rstrip() + "…", long=True)
    kind = _kind(view, field, value)
    return Cell(text, alignment(view, field), kind, _exact(value) if kind else "")


def alignment(view: TableView, field: Field) -> str:
    """The CSS class of a column: amounts stand at the right."""
    return "number" if _is_amount(view, field) else ""


def _is_amount(view: TableView, field: Field) -> bool:
    return field.is_number and field.name not in view.key and not view.relation_of(field.name)


def _kind(view: TableView, field: Field, value: Any) -> str:
    """How to write the value for its reader. Numbers that identify a row are for everyone the same."""
    match value:
        case datetime():
            return "datetime"
        case date():
            return "date"
        case time():
            return "time"
        case int() if _is_amount(view, field):
            return "integer"
        case float() | Decimal() if _is_amount(view, field):
            return "number"
    return ""


def input_text(field: Field, value: Any) -> str:
    """The value as a form's control holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        seconds = "seconds" if value.second else "minutes"
        return value.isoformat(sep=" ", timespec=seconds)
    if isinstance(value, time):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _exact(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _number(field: Field, value: Any) -> str:
    """The digits that are shown; the browser groups them."""
    if not isinstance(value, float | Decimal):
        return str(value)
    if field.scale is not None:
        return f"{value:.{field.scale}f}"
    text = _exact(value) if isinstance(value, Decimal) else _rounded(value)
    decimals = text.partition(".")[2]
    is_short = field.widget is Widget.MONEY and len(decimals) < 2
    return f"{value:.2f}" if is_short else text


def _rounded(value: float) -> str:
    """At most six decimals, without needless zeros."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text if text not in ("0", "-0") or value == 0 else f"{value:g}"


def _size(value: Any) -> int:
    return value if isinstance(value, int) else len(value)
