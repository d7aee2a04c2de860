"""Whether the values of a column are of the type that the catalogue expects."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

YEARS = range(1500, 2101)
LONG = 60
BOOLEANS = ("0 1", "1", "n y", "f t", "false true", "no yes", "ja nein", "j n", "n s", "n o")
FIRST_BYTES = (b"\x89PNG", b"\xff\xd8\xff")
IMAGE_URL = re.compile(r"https?://\S+\.(?:png|jpe?g|webp)")
TEXTS = {
    "e-mail": re.compile(r"\S+@\S+\.\S+"),
    "phone": re.compile(r"\+[\d ]+"),
    "URL": re.compile(r"https?://\S+"),
    "UUID": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "colour": re.compile(r"#[0-9a-f]{6}"),
    "time": re.compile(r"\d\d:\d\d"),
}


def fits(kind: str, values: Sequence[object]) -> bool:
    """Types that say nothing of the values fit always."""
    if kind in TEXTS:
        return all(TEXTS[kind].fullmatch(str(value)) for value in values)
    return _CHECKS.get(kind, lambda _: True)(values)


def exercised_by(kind: str, values: Sequence[object]) -> Iterator[str]:
    """The special cases of the type's rule that these values are."""
    if kind == "boolean" and values:
        yield f"boolean {_two_values(values)}"
    if kind in ("date", "year") and any(str(value).endswith(" 00:00:00") for value in values):
        yield "date from midnight" if kind == "date" else "year from 1 January"
    if kind == "image":
        yield "image in a blob" if any(isinstance(v, bytes) for v in values) else "image at a URL"


def _two_values(values: Sequence[object]) -> str:
    return " ".join(sorted({str(value).lower() for value in values}))


def _is_date(values: Sequence[object]) -> bool:
    moments = [datetime.fromisoformat(str(value)) for value in values]
    return not any(moment.hour or moment.minute or moment.second for moment in moments)


def _is_year(values: Sequence[object]) -> bool:
    if all(isinstance(value, int) for value in values):
        return all(value in YEARS for value in values)
    return all(str(value).endswith("-01-01 00:00:00") for value in values)


def _is_number_from(low: float, high: float) -> Callable[[Sequence[object]], bool]:
    return lambda values: all(
        isinstance(value, int | float) and low <= value <= high for value in values
    )


def _is_image(values: Sequence[object]) -> bool:
    return all(
        value.startswith(FIRST_BYTES)
        if isinstance(value, bytes)
        else IMAGE_URL.fullmatch(str(value))
        for value in values
    )


def _is_json(values: Sequence[object]) -> bool:
    return all(isinstance(json.loads(str(value)), dict | list) for value in values)


def _is_long_text(values: Sequence[object]) -> bool:
    return max(len(str(value)) for value in values) > LONG


_CHECKS: dict[str, Callable[[Sequence[object]], bool]] = {
    "date": _is_date,
    "date-time": lambda values: not _is_date(values),
    "year": _is_year,
    "boolean": lambda values: _two_values(values) in BOOLEANS,
    "percent": _is_number_from(0, 1),
    "money": _is_number_from(0, 10**9),
    "coordinates": _is_number_from(-180, 180),
    "image": _is_image,
    "JSON": _is_json,
    "long text": _is_long_text,
}
