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
        return Cell(f"{_size(value)} of binary data", "empty")
    text = _number(view, field, value) if field.is_number else _plain(value)
    if cut is not None and len(text) > cut:
        return Cell(text[:cut].rstrip() + "…", long=True)
    return Cell(text, alignment(view, field))


def alignment(view: TableView, field: Field) -> str:
    """The CSS class of a column: amounts stand at the right."""
    is_amount = field.is_number and field.name not in view.key and not view.relation_of(field.name)
    return "number" if is_amount else ""


def input_text(field: Field, value: Any) -> str:
    """The value as a form's control holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
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


def _number(view: TableView, field: Field, value: Any) -> str:
    """Thousands are grouped in amounts, not in keys, and not in years and the like (four digits)."""
    if isinstance(value, int):
        identifies = field.name in view.key or field.widget is Widget.RELATION
        return str(value) if identifies or abs(value) < 10_000 else f"{value:,}"
    if not isinstance(value, float | Decimal):
        return str(value)
    if field.scale is not None or field.widget is Widget.MONEY:
        places = 2 if field.scale is None else field.scale
        return f"{value:,.{places}f}"
    return amount(float(value))


def amount(value: float) -> str:
    """A number with at most six decimals, without needless zeros."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text if text not in ("0", "-0") or value == 0 else f"{value:g}"


def _size(value: Any) -> str:
    return f"{value:,} bytes" if isinstance(value, int) else f"{len(value):,} bytes"
