"""Formats values as text for people."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType
from typing import Any

from .special_formats import Special, special_format, with_decimals
from .views import Field, Kind, TableView, Widget

_SURROGATES = re.compile("[\ud800-\udfff]")
YES_NO = {"true": "Yes", "false": "No"}
"""The texts for the values that forms and filters send for a boolean."""
CUT = 120
"""Number of characters of a long text that a list shows."""


@dataclass
class Cell:
    """One value as the pages show it."""

    text: str = ""
    style: str = ""
    """CSS classes: "null" (nothing stored), "empty" (an empty text), "flag yes", "flag no", "number", "code"."""
    kind: str = ""
    """How the browser formats the text for its language (components/local.py), or "web" (a link to another site),
    "picture", "color"; empty: the text stays as it is."""
    exact: str = ""
    """The complete value, for a text that has a kind."""
    href: str = ""
    """Address of the row that the value refers to, or of what the value itself is an address of."""
    long: bool = False
    """Whether the text is shortened; the complete text is shown on request."""


def cell(view: TableView, field: Field, value: Any, cut: int | None = CUT) -> Cell:
    """The value for display. Longer texts are shortened to `cut` characters; None shows all."""
    return Formatter(view, field, cut)(value)


class Formatter:
    """Formats the values of one field for display. It is created once for a list, so that what depends only on the
    field is computed once, and each value goes directly to the function for its type."""

    def __init__(self, view: TableView, field: Field, cut: int | None = CUT) -> None:
        self._field = field
        self._cut = cut
        self._align = alignment(view, field)
        self._is_amount = _is_amount(view, field)
        self._by_type: dict[type, Callable[[Any], Cell]] = {
            NoneType: lambda _: Cell("—", f"null {self._align}".strip()),
            bool: lambda value: Cell("Yes", "flag yes") if value else Cell("No", "flag no"),
            str: self._text,
            int: self._integer,
            float: self._real,
            Decimal: self._real,
            datetime: lambda value: self._localized(value, "datetime"),
            date: lambda value: self._localized(value, "date"),
            time: lambda value: self._localized(value, "time"),
            bytes: _binary,
        }
        if field.kind is Kind.BINARY:
            self._by_type[int] = _binary
        self._special = special_format(field)

    def __call__(self, value: Any) -> Cell:
        if self._special and value is not None and (found := self._special(value)):
            return self._cell_of(found)
        return self._by_type.get(type(value), self._any)(value)

    def _cell_of(self, found: Special) -> Cell:
        if self._cut is None or len(found.text) <= self._cut:
            return Cell(found.text, found.style or self._align, found.kind, found.exact, found.href)
        cell = self._text(found.text)
        cell.href, cell.kind, cell.long = found.href, found.kind, found.kind != "picture"
        return cell

    def _any(self, value: Any) -> Cell:
        return self._text(str(value))

    def _text(self, text: str) -> Cell:
        if text == "":
            return Cell("empty", "empty")
        text = readable(text)
        if self._cut is not None and len(text) > self._cut:
            return Cell(text[: self._cut].rstrip() + "…", long=True)
        return Cell(text, self._align)

    def _integer(self, value: int) -> Cell:
        """Numbers that identify a row are not formatted for the reader's language."""
        return self._localized(value, "integer") if self._is_amount else self._text(str(value))

    def _real(self, value: float | Decimal) -> Cell:
        if not self._field.is_number or not math.isfinite(value):
            return self._text(plain_text(value))
        text = _number(self._field, value)
        return self._localized(value, "number", text) if self._is_amount else self._text(text)

    def _localized(self, value: Any, kind: str, text: str = "") -> Cell:
        text = text or _plain(value)
        if self._cut is not None and len(text) > self._cut:
            return self._text(text)
        return Cell(text, self._align, kind, _exact(value))


def readable(text: str) -> str:
    """The text with a replacement character for what a page cannot show: bytes that are not UTF-8."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def plain_text(value: Any) -> str:
    """A stored value as used in addresses, filters and the options of a relation; bytes have hexadecimal digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return _non_finite(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def _non_finite(value: float) -> str:
    """As PostgreSQL writes them."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _binary(value: Any) -> Cell:
    size = _size(value)
    return Cell(f"{size} bytes of binary data", "empty", "count", str(size))


def alignment(view: TableView, field: Field) -> str:
    """The CSS class of a column: amounts and years are aligned to the right."""
    return "number" if _is_amount(view, field) or field.widget is Widget.YEAR else ""


def _is_amount(view: TableView, field: Field) -> bool:
    return (
        field.is_number
        and not field.flags
        and field.name not in view.key
        and not view.relation_of(field.name)
    )


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


def _number(field: Field, value: float | Decimal) -> str:
    """The digits to show; the browser groups them."""
    text = _exact(value) if isinstance(value, Decimal) else _rounded(value)
    decimals = field.decimals if field.scale is None else field.scale
    is_money = field.widget is Widget.MONEY and field.kind is not Kind.INTEGER
    return with_decimals(text, 2 if decimals is None and is_money else decimals)


def _rounded(value: float) -> str:
    """With at most six decimals and no unnecessary zeros."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text if text not in ("0", "-0") or value == 0 else f"{value:g}"


def _size(value: Any) -> int:
    return value if isinstance(value, int) else len(value)
