"""The types of columns: those that are worked out, those that a person can choose, and how each is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_ZONE = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"


class ChosenType(StrEnum):
    """The types a person can give a column of a file."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_DAY_FIRST = "date_day_first"
    DATE_MONTH_FIRST = "date_month_first"
    DATETIME = "datetime"
    TIME = "time"


Choices = Mapping[str, ChosenType]
"""Chosen types by column."""


@dataclass(frozen=True)
class Form:
    """One way a type is written, in SQL with `{v}` for the text of a value."""

    pattern: str
    """What the values look like; empty where the cast alone tells."""
    cast: str
    """Makes them of it; NULL where it fails."""
    plain: str = ""
    """A type of DuckDB's. A text that is just how DuckDB writes such a value surely fits, if `plain_if` holds as
    well; that is found out much faster than by the pattern."""
    plain_if: str = "true"
    words: str = ""
    """The branches of a CASE over the text, for words as they mostly are: faster than the cast."""


def _day(pattern: str, form: str) -> Form:
    return Form(pattern, f"CAST(try_strptime({{v}}, '{form}') AS DATE)")


_DAY_FIRST = _day("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%d/%m/%Y")
_MONTH_FIRST = _day("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%m/%d/%Y")
_ISO_DATE = Form(_DAY, "TRY_CAST({v} AS DATE)", "DATE", "strlen({v}) = 10")
_YEAR_FIRST = _day("[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", "%Y/%m/%d")
_DOTTED_DATE = _day(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", "%d.%m.%Y")
# DuckDB's zone is UTC: with an offset it is a moment in UTC, without one it stays as it is.
_DATETIME = Form(
    f"{_DAY}([T ]{_CLOCK}{_ZONE})?",
    "(TRY_CAST({v} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')",
    "TIMESTAMP",
    "TRY_CAST({v} AS TIMESTAMP) BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999999'",
)
_TIME = Form(_CLOCK, "TRY_CAST({v} AS TIME)", "TIME")
_FINITE = "CASE WHEN isfinite(TRY_CAST({v} AS DOUBLE)) THEN TRY_CAST({v} AS DOUBLE) END"

CANDIDATES = {
    "boolean": Form(
        "",
        "CASE lower({v}) WHEN 'true' THEN true WHEN 'yes' THEN true"
        " WHEN 'false' THEN false WHEN 'no' THEN false END",
        words="WHEN 'yes' THEN true WHEN 'no' THEN false WHEN 'true' THEN true WHEN 'false' THEN false",
    ),
    # A leading zero is no number's: it is a postcode or an article number.
    "integer": Form("-?(0|[1-9][0-9]{0,18})", "TRY_CAST({v} AS BIGINT)", "BIGINT"),
    "decimal": Form(
        r"-?(0|[1-9][0-9]{0,14})\.[0-9]{2}",
        "TRY_CAST({v} AS DECIMAL(18, 2))",
        "DECIMAL(18, 2)",
        "strlen({v}) <= 18",
    ),
    "float": Form(
        r"-?(0|[1-9][0-9]{0,14})(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|-?\.[0-9]+",
        _FINITE,
        "DOUBLE",
        "abs(TRY_CAST({v} AS DOUBLE)) < 1e15",
    ),
    "date": _ISO_DATE,
    "date_year_first": _YEAR_FIRST,
    "date_dotted": _DOTTED_DATE,
    "date_day_first": _DAY_FIRST,
    "date_month_first": _MONTH_FIRST,
    "datetime": _DATETIME,
    "time": _TIME,
}
"""The types that are worked out, the first that fits first. By name, as `RawColumn.may_be` has them."""

CHOSEN = {
    ChosenType.INTEGER: [
        Form(r"[+-]?[0-9]+(\.0*)?", "TRY_CAST(regexp_replace({v}, '\\.0*$', '') AS BIGINT)")
    ],
    ChosenType.FLOAT: [Form(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", _FINITE)],
    ChosenType.BOOLEAN: [
        Form(
            "(?i)true|false|yes|no|y|n|t|f|1|0",
            "(lower({v}) IN ('true', 'yes', 'y', 't', '1'))",
        )
    ],
    ChosenType.DATE: [
        Form(f"{_DAY}([T ]00:00(:00(\\.0+)?)?)?", "TRY_CAST(substr({v}, 1, 10) AS DATE)"),
        _YEAR_FIRST,
        _DOTTED_DATE,
    ],
    ChosenType.DATE_DAY_FIRST: [_DAY_FIRST],
    ChosenType.DATE_MONTH_FIRST: [_MONTH_FIRST],
    ChosenType.DATETIME: [_DATETIME],
    ChosenType.TIME: [_TIME],
}
WORDS = {
    ChosenType.INTEGER: "a whole number",
    ChosenType.DECIMAL: "a decimal number",
    ChosenType.FLOAT: "a number",
    ChosenType.BOOLEAN: "true or false",
    ChosenType.DATE: "a date like 2024-12-31 or 31.12.2024",
    ChosenType.DATE_DAY_FIRST: "a date like 31/12/2024",
    ChosenType.DATE_MONTH_FIRST: "a date like 12/31/2024",
    ChosenType.DATETIME: "a date with a time",
    ChosenType.TIME: "a time",
}
