"""The types that a person can choose for a column, and the formats in which their values are accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_ZONE = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"


class ChosenType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER_COMMA = "number_comma"
    NUMBER_GROUPED = "number_grouped"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_DAY_FIRST = "date_day_first"
    DATE_MONTH_FIRST = "date_month_first"
    DATETIME = "datetime"
    DATETIME_DAY_FIRST = "datetime_day_first"
    DATETIME_MONTH_FIRST = "datetime_month_first"
    TIME = "time"


ChosenTypes = Mapping[str, ChosenType]
"""The chosen types, by column."""


@dataclass(frozen=True)
class LenientFormat:
    """One accepted format of a chosen type. `cast` is SQL with `{v}` for the text of a value."""

    pattern: str
    """A regular expression that the text must match."""
    cast: str
    """SQL of the value; NULL if the text is not valid."""


def _date_format(date: str, date_format: str, time: str = "") -> LenientFormat:
    """A format of dates for strftime, or of dates with a time."""
    if not time:
        return LenientFormat(
            date, _in_calendar(f"CAST(try_strptime({{v}}, '{date_format}') AS DATE)")
        )
    clock = "[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( [AP]M)?"
    times = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
    formats = ", ".join(f"'{date_format} {each}'" for each in times)
    moment = _in_calendar(f"CAST(try_strptime({{v}}, [{formats}]) AS TIMESTAMP)")
    return LenientFormat(f"{date} {clock}", moment)


def _in_calendar(moment: str) -> str:
    """Excludes dates that apps cannot store: before the year 1 (DuckDB reads the year 0 as 1 BC) or after 9999."""
    last = "TIMESTAMP '9999-12-31 23:59:59.999999'"
    return f"CASE WHEN {moment} BETWEEN DATE '0001-01-01' AND {last} THEN {moment} END"


def _day_first(time: str = "") -> list[LenientFormat]:
    return [
        _date_format("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%d/%m/%Y", time),
        _date_format("[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", "%d-%m-%Y", time),
        _date_format(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", "%d.%m.%Y", time),
    ]


def _month_first(time: str = "") -> list[LenientFormat]:
    return [
        _date_format("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%m/%d/%Y", time),
        _date_format("[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", "%m-%d-%Y", time),
    ]


_YEAR_FIRST = "[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"
_FINITE = "CASE WHEN isfinite(TRY_CAST({v} AS DOUBLE)) THEN TRY_CAST({v} AS DOUBLE) END"

CHOSEN = {
    ChosenType.INTEGER: [
        LenientFormat(
            r"[+-]?[0-9]+(\.0*)?", "TRY_CAST(regexp_replace({v}, '\\.0*$', '') AS BIGINT)"
        )
    ],
    ChosenType.FLOAT: [
        LenientFormat(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", _FINITE)
    ],
    ChosenType.BOOLEAN: [
        LenientFormat(
            "(?i)true|false|yes|no|y|n|t|f|1|0",
            "(lower({v}) IN ('true', 'yes', 'y', 't', '1'))",
        )
    ],
    ChosenType.DATE: [
        LenientFormat(
            f"{_DAY}([T ]00:00(:00(\\.0+)?)?)?",
            _in_calendar("TRY_CAST(substr({v}, 1, 10) AS DATE)"),
        ),
        _date_format("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", "%Y-%m-%d"),
        _date_format(_YEAR_FIRST, "%Y/%m/%d"),
        _day_first()[-1],
    ],
    ChosenType.DATE_DAY_FIRST: _day_first(),
    ChosenType.DATE_MONTH_FIRST: _month_first(),
    # DuckDB's time zone is UTC: a value with an offset is converted to UTC, one without stays as it
    # is.
    ChosenType.DATETIME: [
        LenientFormat(
            f"{_DAY}([T ]{_CLOCK}{_ZONE})?",
            _in_calendar("(TRY_CAST({v} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"),
        ),
        _date_format(_YEAR_FIRST, "%Y/%m/%d", "with a time"),
        _date_format("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", "%Y-%m-%d", "with a time"),
    ],
    ChosenType.DATETIME_DAY_FIRST: [*_day_first("with a time"), *_day_first()],
    ChosenType.DATETIME_MONTH_FIRST: [*_month_first("with a time"), *_month_first()],
    ChosenType.TIME: [LenientFormat(_CLOCK, "TRY_CAST({v} AS TIME)")],
}
"""The formats of each type, except for numbers with a scale, which `files.types.chosen` finds from the values."""

WORDS = {
    ChosenType.INTEGER: "a whole number",
    ChosenType.DECIMAL: "a decimal number",
    ChosenType.NUMBER_COMMA: "a number like 1.234,50",
    ChosenType.NUMBER_GROUPED: "a number like 1,234.50",
    ChosenType.FLOAT: "a number",
    ChosenType.BOOLEAN: "true or false",
    ChosenType.DATE: "a date like 2024-12-31 or 31.12.2024",
    ChosenType.DATE_DAY_FIRST: "a date like 31/12/2024",
    ChosenType.DATE_MONTH_FIRST: "a date like 12/31/2024",
    ChosenType.DATETIME: "a date with a time",
    ChosenType.DATETIME_DAY_FIRST: "a date with a time like 31/12/2024 14:30",
    ChosenType.DATETIME_MONTH_FIRST: "a date with a time like 12/31/2024 14:30",
    ChosenType.TIME: "a time",
}
