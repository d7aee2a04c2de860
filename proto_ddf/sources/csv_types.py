"""The type of a column of text, decided on all of its values, and the SQL that casts it.

What a sample rules out is ruled out; what it leaves is checked on every row.
"""

from dataclasses import dataclass

import duckdb

from proto_ddf.sources.duck import run, text

_SAMPLE_ROWS = 5_000
_MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None")
"""No value, in any column that is not text. In text they may be values: NA is Namibia."""
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_ZONE = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"


@dataclass(frozen=True)
class _Candidate:
    """A type a column may have. `pattern` is what its values look like, `cast` makes them of it, in
    SQL with `{v}` for the value; the cast gives NULL where it fails."""

    name: str
    pattern: str
    cast: str


def _day(name: str, pattern: str, form: str) -> _Candidate:
    return _Candidate(name, pattern, f"CAST(try_strptime({{v}}, '{form}') AS DATE)")


_CANDIDATES = (
    _Candidate(
        "boolean",
        "(?i)true|false|yes|no",
        "CASE WHEN lower({v}) IN ('true', 'yes') THEN true"
        " WHEN lower({v}) IN ('false', 'no') THEN false END",
    ),
    # A leading zero is no number's: it is a postcode or an article number.
    _Candidate("integer", "-?(0|[1-9][0-9]{0,18})", "TRY_CAST({v} AS BIGINT)"),
    _Candidate("decimal", r"-?(0|[1-9][0-9]{0,14})\.[0-9]{2}", "TRY_CAST({v} AS DECIMAL(18, 2))"),
    _Candidate(
        "float",
        r"-?(0|[1-9][0-9]{0,14})(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|-?\.[0-9]+",
        "CASE WHEN isfinite(TRY_CAST({v} AS DOUBLE)) THEN TRY_CAST({v} AS DOUBLE) END",
    ),
    _Candidate("date", _DAY, "TRY_CAST({v} AS DATE)"),
    _day("date", "[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", "%Y/%m/%d"),
    _day("date", r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", "%d.%m.%Y"),
    _day("day_first", "[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%d/%m/%Y"),
    _day("month_first", "[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%m/%d/%Y"),
    # DuckDB's zone is UTC: with an offset it is a moment in UTC, without one it stays as it is.
    _Candidate(
        "datetime",
        f"{_DAY}([T ]{_CLOCK}{_ZONE})?",
        "(TRY_CAST({v} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')",
    ),
    _Candidate("time", _CLOCK, "TRY_CAST({v} AS TIME)"),
)


def typed_columns(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[str]
) -> list[str]:
    """For each column of `source`, all of text, the SQL expression of its typed values.

    Args:
        source: what follows FROM.
        columns: plain identifiers.
    """
    left = {column: list(_CANDIDATES) for column in columns}
    for rows in (f"(SELECT * FROM {source} LIMIT {_SAMPLE_ROWS})", source):
        left = _that_fit(connection, rows, left)
    return [_expression(column, left[column]) for column in columns]


def _that_fit(
    connection: duckdb.DuckDBPyConnection, source: str, left: dict[str, list[_Candidate]]
) -> dict[str, list[_Candidate]]:
    """The candidates that fit every value in `source`; none for a column without a value."""
    tests = [(column, candidate) for column, listed in left.items() for candidate in listed]
    if not tests:
        return left
    checks = ", ".join(
        f"bool_and({_fits(column, candidate)}) FILTER (NOT {_is_missing(column)})"
        for column, candidate in tests
    )
    answers = run(connection, f"SELECT {checks} FROM {source}")[0]
    sampled = source.startswith("(")
    fitting: dict[str, list[_Candidate]] = {column: [] for column in left}
    for (column, candidate), answer in zip(tests, answers, strict=True):
        if answer or (answer is None and sampled):
            fitting[column].append(candidate)
    return fitting


def _value(column: str) -> str:
    return f"trim({column})"


def _is_missing(column: str) -> str:
    listed = ", ".join(text(word) for word in _MISSING)
    return f"coalesce({_value(column)} IN ({listed}), true)"


def _fits(column: str, candidate: _Candidate) -> str:
    value = _value(column)
    matches = f"regexp_full_match({value}, {text(candidate.pattern)})"
    return f"({matches} AND {candidate.cast.replace('{v}', value)} IS NOT NULL)"


def _expression(column: str, fitting: list[_Candidate]) -> str:
    names = {candidate.name for candidate in fitting}
    if not fitting or {"day_first", "month_first"} <= names:
        return column  # text; of 03/04/2024 nobody can tell which is the day
    cast = fitting[0].cast.replace("{v}", _value(column))
    return f"CASE WHEN NOT {_is_missing(column)} THEN {cast} END"
