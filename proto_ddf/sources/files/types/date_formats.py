"""The forms in which dates, moments and times of day are written.

Years have four digits: of 07/11/45 nobody knows the century. Times of 24:00 and leap seconds have no value that says
them, nor have fractions beyond microseconds. A moment with a zone becomes one in UTC; all moments of a column have the
same offset, which is a part of the form, or none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from proto_ddf.sources.files.duckdb_session import text as literal
from proto_ddf.sources.files.types.value_format import Forms, TextForm
from proto_ddf.sources.schema.column_types import ChosenType

_FIRST, _LAST = "'0001-01-01'", "'9999-12-31 23:59:59.999999'"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_MOMENT = re.compile(
    rf"{_DAY}(?P<sign>[T ]){_CLOCK}(?P<seconds>:[0-5][0-9](\.(?P<fraction>[0-9]{{1,6}}))?)?"
    r"(?P<zone>Z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_ISO_TIME = re.compile(rf"{_CLOCK}(?P<seconds>:[0-5][0-9](\.(?P<fraction>[0-9]{{1,6}}))?)?")
_ISO_DATE = TextForm(
    ChosenType.DATE,
    "CAST(TRY_CAST({v} AS DATE) AS VARCHAR) = {v} AND strlen({v}) = 10",
    "TRY_CAST({v} AS DATE)",
)
_PARTS = {"%d": r"\d\d", "%m": r"\d\d", "%Y": r"\d{4}", "%-d": r"\d{1,2}", "%-m": r"\d{1,2}"}
_PARTS |= {"%H": r"\d\d", "%I": r"\d\d", "%M": r"\d\d", "%S": r"\d\d", "%p": "[AP]M"}
_PARTS |= {"%-H": r"\d{1,2}", "%-I": r"\d{1,2}"}
_TIMES = (
    *("%H:%M", "%H:%M:%S", "%-H:%M", "%-H:%M:%S"),
    *("%I:%M %p", "%I:%M:%S %p", "%-I:%M %p", "%-I:%M:%S %p"),
)


@dataclass(frozen=True)
class _Written:
    """A date as strftime writes it, perhaps with a time, and the form of such texts."""

    pattern: re.Pattern[str]
    form: TextForm


def date_forms(value: str) -> Forms:
    """The forms of a text that is a date."""
    iso = [_ISO_DATE] if re.fullmatch(_DAY, value) else []
    return Forms((*iso, *_written_forms(value, _DATES)))


def datetime_forms(value: str) -> Forms:
    """The forms of a text that is a date with a time."""
    found = _ISO_MOMENT.fullmatch(value)
    if not found:
        return Forms(tuple(_written_forms(value, _DATETIMES)))
    sign, zone = found["sign"], found["zone"] or ""
    kind = "TIMESTAMPTZ" if zone else "TIMESTAMP"
    moment = f"TRY_CAST({{v}} AS {kind})"
    if zone:
        moment = f"({moment} AT TIME ZONE 'UTC')"
    moment = f"CASE WHEN {moment} BETWEEN {_FIRST} AND {_LAST} THEN {moment} END"
    start, end = f"{_DAY}{sign}{_CLOCK}", re.escape(zone)
    plain = sign == " " and not zone
    return _clock_forms(found, start, end, ChosenType.DATETIME, moment, plain=plain)


def time_forms(value: str) -> Forms:
    """The forms of a text that is a time of day."""
    found = _ISO_TIME.fullmatch(value)
    if not found:
        return Forms()
    return _clock_forms(found, _CLOCK, "", ChosenType.TIME, "TRY_CAST({v} AS TIME)")


def _clock_forms(
    found: re.Match[str], start: str, end: str, kind: ChosenType, value: str, plain: bool = False
) -> Forms:
    """The ways to write seconds: none, with as many digits of a fraction in all, with no needless zeros, and as Python
    does, with six digits or none."""

    def form(seconds: str, more: str = "") -> TextForm:
        pattern = f"regexp_full_match({{v}}, {literal(start + seconds + end)})"
        return TextForm(kind, f"{pattern} AND ({value}) IS NOT NULL{more}", value)

    if not found["seconds"]:
        return Forms((form(""),))
    fraction = found["fraction"] or ""
    digits = rf"\.[0-9]{{{len(fraction)}}}" if fraction else ""
    fixed = form(f":[0-5][0-9]{digits}")
    if plain and not fraction:  # found out many times faster than by the pattern
        same = "CAST(TRY_CAST({v} AS TIMESTAMP) AS VARCHAR) = {v} AND strlen({v}) = 19"
        fixed = TextForm(kind, same, "TRY_CAST({v} AS TIMESTAMP)")
    shortest = form(r":[0-5][0-9](\.[0-9]{0,5}[1-9])?")
    python = form(r":[0-5][0-9](\.[0-9]{6})?", " AND NOT contains({v}, '.000000')")
    if not fraction:
        return Forms((fixed,), (shortest, python))
    others = [] if fraction.endswith("0") else [shortest]
    return Forms((fixed, *others, *([python] if len(fraction) == 6 else [])))


def _written_forms(value: str, written: tuple[_Written, ...]) -> Iterator[TextForm]:
    return (each.form for each in written if each.pattern.fullmatch(value))


def _dates() -> Iterator[tuple[str, str]]:
    """Formats of strftime, and what stands first where that could be read otherwise."""
    for day, month in (("%d", "%m"), ("%-d", "%-m")):
        yield f"%Y/{month}/{day}", ""
        yield f"{day}.{month}.%Y", ""
        for sign in "/-":
            yield f"{day}{sign}{month}{sign}%Y", "day"
            yield f"{month}{sign}{day}{sign}%Y", "month"
    yield "%Y-%-m-%-d", ""


def _date(format: str, reading: str) -> _Written:
    kinds = {"day": ChosenType.DATE_DAY_FIRST, "month": ChosenType.DATE_MONTH_FIRST}
    return _written(format, reading, kinds.get(reading, ChosenType.DATE), "DATE")


def _datetime(format: str, reading: str) -> _Written:
    if format.startswith("%Y"):
        return _written(format, reading, ChosenType.DATETIME, "TIMESTAMP")
    month = reading == "month"
    kind = ChosenType.DATETIME_MONTH_FIRST if month else ChosenType.DATETIME_DAY_FIRST
    return _written(format, reading, kind, "TIMESTAMP")


def _written(format: str, reading: str, kind: ChosenType, db_type: str) -> _Written:
    pattern = re.sub(r"%-?\w", lambda part: _PARTS[part[0]], format.replace(".", r"\."))
    moment = f"try_strptime({{v}}, '{format}')"
    fits = f"strftime({moment}, '{format}') = {{v}} AND {moment} >= TIMESTAMP {_FIRST}"
    form = TextForm(kind, fits, f"CAST({moment} AS {db_type})", reading)
    return _Written(re.compile(pattern, re.ASCII), form)


_DATES = tuple(_date(format, reading) for format, reading in _dates())
_DATETIMES = tuple(
    _datetime(f"{format} {time}", reading) for (format, reading), time in product(_dates(), _TIMES)
)
