"""The formats in which dates, datetimes and times of day are written.

Years have four digits, because the century of 07/11/45 is unknown. 24:00, leap seconds and fractions finer than
microseconds are not supported: no stored value can represent them. A datetime with an offset is converted to UTC. All
datetimes of a column have the same offset, which is part of the format, or none has one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from proto_ddf.sources.files.duckdb_session import string_literal
from proto_ddf.sources.files.types.value_format import PossibleFormats, ValueFormat
from proto_ddf.sources.schema.column_types import ChosenType

_FIRST, _LAST = "'0001-01-01'", "'9999-12-31 23:59:59.999999'"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_MOMENT = re.compile(
    rf"{_DAY}(?P<sign>[T ]){_CLOCK}(?P<seconds>:[0-5][0-9](\.(?P<fraction>[0-9]{{1,6}}))?)?"
    r"(?P<zone>Z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_ISO_TIME = re.compile(rf"{_CLOCK}(?P<seconds>:[0-5][0-9](\.(?P<fraction>[0-9]{{1,6}}))?)?")
_ISO_DATE = ValueFormat(
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
    """A strftime format of a date, with or without a time, and the value format of such texts."""

    pattern: re.Pattern[str]
    value_format: ValueFormat


def date_formats(value: str) -> PossibleFormats:
    """The formats of a text that is a date."""
    iso = [_ISO_DATE] if re.fullmatch(_DAY, value) else []
    return PossibleFormats((*iso, *_written_formats(value, _DATES)))


def datetime_formats(value: str) -> PossibleFormats:
    """The formats of a text that is a date with a time."""
    found = _ISO_MOMENT.fullmatch(value)
    if not found:
        return PossibleFormats(tuple(_written_formats(value, _DATETIMES)))
    sign, zone = found["sign"], found["zone"] or ""
    kind = "TIMESTAMPTZ" if zone else "TIMESTAMP"
    moment = f"TRY_CAST({{v}} AS {kind})"
    if zone:
        moment = f"({moment} AT TIME ZONE 'UTC')"
    moment = f"CASE WHEN {moment} BETWEEN {_FIRST} AND {_LAST} THEN {moment} END"
    start, end = f"{_DAY}{sign}{_CLOCK}", re.escape(zone)
    plain = sign == " " and not zone
    return _clock_formats(found, start, end, ChosenType.DATETIME, moment, plain=plain)


def time_formats(value: str) -> PossibleFormats:
    """The formats of a text that is a time of day."""
    found = _ISO_TIME.fullmatch(value)
    if not found:
        return PossibleFormats()
    return _clock_formats(found, _CLOCK, "", ChosenType.TIME, "TRY_CAST({v} AS TIME)")


def _clock_formats(
    found: re.Match[str], start: str, end: str, kind: ChosenType, value: str, plain: bool = False
) -> PossibleFormats:
    """The ways to write seconds: none; the same count of fraction digits in all values; no unnecessary zeros; or as
    Python does, with six fraction digits or none."""

    def value_format(seconds: str, more: str = "") -> ValueFormat:
        pattern = f"regexp_full_match({{v}}, {string_literal(start + seconds + end)})"
        return ValueFormat(kind, f"{pattern} AND ({value}) IS NOT NULL{more}", value)

    if not found["seconds"]:
        return PossibleFormats((value_format(""),))
    fraction = found["fraction"] or ""
    digits = rf"\.[0-9]{{{len(fraction)}}}" if fraction else ""
    fixed = value_format(f":[0-5][0-9]{digits}")
    if plain and not fraction:  # much faster than the pattern
        same = "CAST(TRY_CAST({v} AS TIMESTAMP) AS VARCHAR) = {v} AND strlen({v}) = 19"
        fixed = ValueFormat(kind, same, "TRY_CAST({v} AS TIMESTAMP)")
    shortest = value_format(r":[0-5][0-9](\.[0-9]{0,5}[1-9])?")
    python = value_format(r":[0-5][0-9](\.[0-9]{6})?", " AND NOT contains({v}, '.000000')")
    if not fraction:
        return PossibleFormats((fixed,), (shortest, python))
    others = [] if fraction.endswith("0") else [shortest]
    return PossibleFormats((fixed, *others, *([python] if len(fraction) == 6 else [])))


def _written_formats(value: str, written: tuple[_Written, ...]) -> Iterator[ValueFormat]:
    return (each.value_format for each in written if each.pattern.fullmatch(value))


def _dates() -> Iterator[tuple[str, str]]:
    """The strftime formats, each with its convention ("day" or "month" first) if it could be read another way."""
    for day, month in (("%d", "%m"), ("%-d", "%-m")):
        yield f"%Y/{month}/{day}", ""
        yield f"{day}.{month}.%Y", ""
        for sign in "/-":
            yield f"{day}{sign}{month}{sign}%Y", "day"
            yield f"{month}{sign}{day}{sign}%Y", "month"
    yield "%Y-%-m-%-d", ""


def _date(date_format: str, convention: str) -> _Written:
    kinds = {"day": ChosenType.DATE_DAY_FIRST, "month": ChosenType.DATE_MONTH_FIRST}
    return _written(date_format, convention, kinds.get(convention, ChosenType.DATE), "DATE")


def _datetime(date_format: str, convention: str) -> _Written:
    if date_format.startswith("%Y"):
        return _written(date_format, convention, ChosenType.DATETIME, "TIMESTAMP")
    month = convention == "month"
    kind = ChosenType.DATETIME_MONTH_FIRST if month else ChosenType.DATETIME_DAY_FIRST
    return _written(date_format, convention, kind, "TIMESTAMP")


def _written(date_format: str, convention: str, kind: ChosenType, db_type: str) -> _Written:
    pattern = re.sub(r"%-?\w", lambda part: _PARTS[part[0]], date_format.replace(".", r"\."))
    moment = f"try_strptime({{v}}, '{date_format}')"
    fits = f"strftime({moment}, '{date_format}') = {{v}} AND {moment} >= TIMESTAMP {_FIRST}"
    value_format = ValueFormat(kind, fits, f"CAST({moment} AS {db_type})", convention)
    return _Written(re.compile(pattern, re.ASCII), value_format)


_DATES = tuple(_date(date_format, convention) for date_format, convention in _dates())
_DATETIMES = tuple(
    _datetime(f"{date_format} {time}", convention)
    for (date_format, convention), time in product(_dates(), _TIMES)
)
