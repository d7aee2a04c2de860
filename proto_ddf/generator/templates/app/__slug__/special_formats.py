"""Formats values by their widget: links, pictures, colours, flags, shares, and dates that are stored as date-times."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any
from urllib.parse import quote

from .maps import map_address
from .notation import percent_text, shown_text
from .picture_types import picture_type
from .views import Field, Kind, Widget

SCALES = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEB = re.compile(r"https?://[^\s/]\S*", re.I)
_VECTOR = re.compile(r"\.svgz?(?:[?#]|$)", re.I)
"""Pictures that may contain scripts are not shown."""
_START = re.compile(r"((?:[0-9a-fA-F]{2})*):(\d+)", re.ASCII)
_PHONE = re.compile(r"[+(]{0,2}\d[\d\s()./-]{3,30}")
_COLOR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.I)
_PLACE = re.compile(r"([+-]?\d{1,2}(?:\.\d+)?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d+)?)", re.ASCII)


@dataclass(frozen=True)
class Special:
    """A value in the notation of its widget; see `formats.Cell`."""

    text: str
    kind: str = ""
    href: str = ""
    style: str = ""
    exact: str = ""


_MOMENTS = (Widget.DATE, Widget.YEAR, Widget.DATETIME, Widget.TIME)
Format = Callable[[Any], Special | None]
"""None: the value does not fit the widget, and is shown as it is stored."""


def special_format(field: Field) -> Format | None:
    """How the field's widget shows values; None if it shows them as their type does."""
    if field.flags:
        return lambda value: _flag(field, value)
    if field.widget in _MOMENTS:
        says_more = field.kind is Kind.TEXT or field.widget.value != field.kind.value
        return (lambda value: _moment(field, value)) if says_more else None
    if field.is_number:
        return _percent(field) if field.widget is Widget.PERCENT else None
    if field.kind is Kind.BINARY and field.widget is Widget.IMAGE:
        return _stored_picture
    if field.kind is not Kind.TEXT:
        return None
    by_text = _TEXTS.get(field.widget)
    return by_text and (lambda value: by_text(value) if _is_text(value) else None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not _SURROGATE.search(value)


def _flag(field: Field, value: Any) -> Special | None:
    shown = shown_text(field, str(value))
    if shown is None:
        return None
    return Special("Yes", style="flag yes") if shown == "true" else Special("No", style="flag no")


def _percent(field: Field) -> Format:
    def write(value: Any) -> Special | None:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        text = percent_text(str(value)) if isfinite(value) else None
        if text is None:
            return None
        decimals = None if field.decimals is None else max(field.decimals - 2, 0)
        return Special(with_decimals(text, decimals), "percent", exact=f"{text} %")

    return write


def with_decimals(text: str, decimals: int | None) -> str:
    """A number with at least so many decimals; one that has more keeps them."""
    whole, _, given = text.partition(".")
    if not decimals or len(given) >= decimals or not SCALES.fullmatch(text):
        return text
    return f"{whole}.{given.ljust(decimals, '0')}"


def _moment(field: Field, value: Any) -> Special | None:
    """A date, a time or a year. Of a text only if that is what the whole column is shown as."""
    text = _iso(value)
    if field.widget is Widget.YEAR:
        shown = text and shown_text(field, text)
        return Special(shown) if shown and len(shown) == 4 else None
    if field.widget is Widget.DATE and field.kind is not Kind.DATE:
        shown = text and shown_text(field, text)
        return Special(shown, "date", exact=shown) if shown else None
    if field.kind is Kind.TEXT and isinstance(value, str):
        return _text_moment(field, value)
    return None


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value) if isinstance(value, str | int | date) else ""


def _text_moment(field: Field, text: str) -> Special | None:
    try:
        if field.widget is Widget.TIME:
            time.fromisoformat(text)
            return Special(text, "time", exact=text)
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return Special(text, "datetime", exact=text) if len(text) > 10 else None


def _web(text: str) -> Special | None:
    return Special(text, "web", text) if _WEB.fullmatch(text) else None


def _picture(text: str) -> Special | None:
    if not _WEB.fullmatch(text) or _VECTOR.search(text):
        return _web(text)
    return Special(text, "picture", text)


def _stored_picture(value: Any) -> Special | None:
    """Of what dialect.py reads of a picture. rows.py adds its address."""
    found = _START.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    if picture_type(bytes.fromhex(found[1])):
        return Special("Picture", "picture")
    return Special(f"{found[2]} bytes of binary data", "count", style="empty", exact=found[2])


def _mail(text: str) -> Special | None:
    return (
        Special(text, href="mailto:" + quote(text, safe="@+")) if _EMAIL.fullmatch(text) else None
    )


def _phone(text: str) -> Special | None:
    if not _PHONE.fullmatch(text):
        return None
    return Special(text, href="tel:" + re.sub(r"[^+\d]", "", text))


def _color(text: str) -> Special | None:
    return Special(text, "color") if _COLOR.fullmatch(text) else None


def _place(text: str) -> Special | None:
    found = _PLACE.fullmatch(text)
    address = map_address(*map(Decimal, found.groups())) if found else ""
    return Special(text, "web", address) if address else None


def _code(text: str) -> Special | None:
    return Special(text, style="code") if text else None


_TEXTS: dict[Widget, Callable[[str], Special | None]] = {
    Widget.URL: _web,
    Widget.IMAGE: _picture,
    Widget.EMAIL: _mail,
    Widget.PHONE: _phone,
    Widget.COLOR: _color,
    Widget.COORDINATES: _place,
    Widget.UUID: _code,
    Widget.JSON: _code,
}
