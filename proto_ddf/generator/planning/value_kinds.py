"""What the values of a column are, whatever their declared type: e-mail addresses, dates without a time, pictures ..."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

SAMPLE = 500
"""The number of texts of a column that are looked at."""
FIRST = 20
"""After so many texts, the kinds that none of them had are not looked for any more."""
IMAGE_BYTES = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP", re.DOTALL)
"""How the pictures begin that every browser shows; SVG, which may have scripts, is none of them."""


class ValueKind(StrEnum):
    DATE = "date"
    """A date without a time, or at midnight."""
    NEW_YEAR = "new year"
    """The first of January."""
    DATETIME = "datetime"
    TIME = "time"
    EMAIL = "email"
    URL = "url"
    IMAGE_URL = "image url"
    PHONE = "phone"
    """Only digits, and what separates them."""
    INTERNATIONAL_PHONE = "international phone"
    """With the code of a country."""
    UUID = "uuid"
    COLOR = "color"
    COORDINATES = "coordinates"
    """A latitude and a longitude."""
    JSON = "json"
    IMAGE = "image"
    """The bytes of a picture."""


Shares = Mapping[ValueKind, float]
"""The share of the values that are of each kind, without null and empty texts."""

_DAY = r"\d{4}-\d\d-\d\d"
_MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
_PATTERNS = {
    ValueKind.DATE: _DAY + _MIDNIGHT,
    ValueKind.NEW_YEAR: r"\d{4}-01-01" + _MIDNIGHT,
    ValueKind.DATETIME: _DAY + "[ T]" + _CLOCK + r"(?:Z|[+-]\d\d(?::?\d\d)?)?",
    ValueKind.TIME: _CLOCK,
    ValueKind.EMAIL: r"[^@\s]+@[^@\s]+\.[^@\s]+",
    ValueKind.URL: r"(?i:https?)://[^\s/]\S*",
    ValueKind.IMAGE_URL: r"(?i:https?://[^\s/][^\s?#]*\.(?:png|jpe?g|gif|webp|avif)(?:[?#]\S*)?)",
    ValueKind.PHONE: r"[+(]{0,2}\d[\d\s()./-]{4,22}\d(?:\s?(?:x|ext\.?)\s?\d+)?",
    ValueKind.INTERNATIONAL_PHONE: r"\+\d[\d\s()./-]{5,22}\d",
    ValueKind.UUID: r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    ValueKind.COLOR: r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})",
    ValueKind.COORDINATES: r"[+-]?\d{1,2}\.\d+\s*[,;]\s*[+-]?\d{1,3}\.\d+",
}
_TESTS: dict[ValueKind, Callable[[str], Any]] = {
    kind: re.compile(pattern, re.ASCII).fullmatch for kind, pattern in _PATTERNS.items()
}


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


_TESTS[ValueKind.JSON] = _is_json


class KindCounter:
    """Counts the values of one column by their kinds."""

    def __init__(self) -> None:
        self._counts: Counter[ValueKind] = Counter()
        self._possible = set(_TESTS)
        self._texts = 0
        self._others = 0

    def read_texts(self, texts: Iterable[str]) -> None:
        for text in texts:
            if self._texts == SAMPLE or not self._possible:
                return
            if text.strip():
                self._texts += 1
                self._counts.update(kind for kind in self._possible if _TESTS[kind](text))
                if self._texts == FIRST:
                    self._possible = {kind for kind in self._possible if self._counts[kind]}

    def read_moments(self, moments: Sequence[Any]) -> None:
        """Of a column of dates or datetimes; a text that is stored there is none."""
        known = [each for each in moments if isinstance(each, date)]
        self._others += len(known)
        self._counts[ValueKind.DATE] += sum(map(_is_midnight, known))
        self._counts[ValueKind.NEW_YEAR] += sum(
            (each.month, each.day) == (1, 1) and _is_midnight(each) for each in known
        )

    def read_bytes(self, values: Sequence[Any]) -> None:
        self._others += len(values)
        self._counts[ValueKind.IMAGE] += sum(
            isinstance(each, bytes) and IMAGE_BYTES.match(each) is not None for each in values
        )

    @property
    def shares(self) -> Shares:
        seen = self._texts + self._others
        return {kind: count / seen for kind, count in self._counts.items() if count}


def _is_midnight(moment: date) -> bool:
    if not isinstance(moment, datetime):
        return True
    return moment.tzinfo is None and moment.time() == time.min
