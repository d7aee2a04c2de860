"""The type of a column: given by the file, decided on all of its values, or chosen by a person.

What a sample rules out is ruled out; what it leaves is checked on every row. A chosen type has to hold for
every row as well: the first value that does not fit is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.duck import run, text
from proto_ddf.sources.file_errors import FIELD
from proto_ddf.sources.file_formats import RawColumn, RawTable

_SAMPLE_ROWS = 5_000
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_ZONE = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
_SHOWN = 60
"""Characters of a value that an error shows."""
_MOST_DECIMALS = 9


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
class _Form:
    """One way a type is written. `pattern` is what the values look like, `cast` makes them of it, in
    SQL with `{v}` for the value; the cast gives NULL where it fails."""

    pattern: str
    cast: str


def _day(pattern: str, form: str) -> _Form:
    return _Form(pattern, f"CAST(try_strptime({{v}}, '{form}') AS DATE)")


_DAY_FIRST = _day("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%d/%m/%Y")
_MONTH_FIRST = _day("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "%m/%d/%Y")
_ISO_DATE = _Form(_DAY, "TRY_CAST({v} AS DATE)")
_YEAR_FIRST = _day("[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", "%Y/%m/%d")
_DOTTED_DATE = _day(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", "%d.%m.%Y")
# DuckDB's zone is UTC: with an offset it is a moment in UTC, without one it stays as it is.
_DATETIME = _Form(
    f"{_DAY}([T ]{_CLOCK}{_ZONE})?", "(TRY_CAST({v} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
)
_TIME = _Form(_CLOCK, "TRY_CAST({v} AS TIME)")
_FINITE = "CASE WHEN isfinite(TRY_CAST({v} AS DOUBLE)) THEN TRY_CAST({v} AS DOUBLE) END"

CANDIDATES = {
    "boolean": _Form(
        "(?i)true|false|yes|no",
        "CASE WHEN lower({v}) IN ('true', 'yes') THEN true"
        " WHEN lower({v}) IN ('false', 'no') THEN false END",
    ),
    # A leading zero is no number's: it is a postcode or an article number.
    "integer": _Form("-?(0|[1-9][0-9]{0,18})", "TRY_CAST({v} AS BIGINT)"),
    "decimal": _Form(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{2}", "TRY_CAST({v} AS DECIMAL(18, 2))"),
    "float": _Form(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|-?\.[0-9]+", _FINITE),
    "date": _ISO_DATE,
    "date_year_first": _YEAR_FIRST,
    "date_dotted": _DOTTED_DATE,
    "date_day_first": _DAY_FIRST,
    "date_month_first": _MONTH_FIRST,
    "datetime": _DATETIME,
    "time": _TIME,
}
"""The types that are worked out, the first that fits first. By name, as `RawColumn.may_be` has them."""

_CHOSEN = {
    ChosenType.INTEGER: [
        _Form(r"[+-]?[0-9]+(\.0*)?", "TRY_CAST(regexp_replace({v}, '\\.0*$', '') AS BIGINT)")
    ],
    ChosenType.FLOAT: [_Form(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", _FINITE)],
    ChosenType.BOOLEAN: [
        _Form(
            "(?i)true|false|yes|no|y|n|t|f|1|0",
            "(lower({v}) IN ('true', 'yes', 'y', 't', '1'))",
        )
    ],
    ChosenType.DATE: [
        _Form(f"{_DAY}([T ]00:00(:00(\\.0+)?)?)?", "TRY_CAST(substr({v}, 1, 10) AS DATE)"),
        _YEAR_FIRST,
        _DOTTED_DATE,
    ],
    ChosenType.DATE_DAY_FIRST: [_DAY_FIRST],
    ChosenType.DATE_MONTH_FIRST: [_MONTH_FIRST],
    ChosenType.DATETIME: [_DATETIME],
    ChosenType.TIME: [_TIME],
}
_WORDS = {
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


def typed_columns(
    connection: duckdb.DuckDBPyConnection, table: RawTable, source: str, chosen: Choices, name: str
) -> list[str]:
    """For each column of a table the SQL expression of its typed values.

    Args:
        source: what follows FROM.
        name: of the table, for people.

    Raises:
        IntegrationError: `value_not_of_type`, where a value does not fit the type chosen.
    """
    undecided = [
        column
        for column in table.columns
        if column.name not in chosen and column.given is None and column.may_be
    ]
    left = {column.name: list(column.may_be) for column in undecided}
    for rows in (f"(SELECT * FROM {source} LIMIT {_SAMPLE_ROWS})", source):
        left = _that_fit(connection, rows, table, left)
    expressions = []
    for column in table.columns:
        if column.name in chosen:
            expression = _chosen(connection, source, table, column, chosen[column.name])
            _check(connection, source, table, column, expression, chosen[column.name], name)
        elif column.given is not None:
            expression = column.given
        else:
            expression = _decided(column, left.get(column.name, []), table.missing)
        expressions.append(expression)
    return expressions


def _that_fit(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: RawTable,
    left: dict[str, list[str]],
) -> dict[str, list[str]]:
    """The candidates that fit every value in `source`; none for a column without a value."""
    columns = {column.name: column for column in table.columns}
    tests = [(column, name) for column, names in left.items() for name in names]
    if not tests:
        return left
    checks = ", ".join(
        f"bool_and({_fits(columns[column], CANDIDATES[name])})"
        f" FILTER (NOT {_is_missing(columns[column], table.missing)})"
        for column, name in tests
    )
    answers = run(connection, f"SELECT {checks} FROM {source}")[0]
    sampled = source.startswith("(")
    fitting: dict[str, list[str]] = {column: [] for column in left}
    for (column, name), answer in zip(tests, answers, strict=True):
        if answer or (answer is None and sampled):
            fitting[column].append(name)
    return fitting


def _value(column: RawColumn) -> str:
    return f"trim({column.text})"


def _is_missing(column: RawColumn, missing: Sequence[str]) -> str:
    listed = ", ".join(text(word) for word in missing)
    return f"coalesce({_value(column)} IN ({listed}), true)"


def _matches(column: RawColumn, form: _Form) -> str:
    return f"regexp_full_match({_value(column)}, {text(form.pattern)})"


def _cast(column: RawColumn, form: _Form) -> str:
    return form.cast.replace("{v}", _value(column))


def _fits(column: RawColumn, form: _Form) -> str:
    return f"({_matches(column, form)} AND {_cast(column, form)} IS NOT NULL)"


def _decided(column: RawColumn, fitting: Sequence[str], missing: Sequence[str]) -> str:
    if not fitting or {"date_day_first", "date_month_first"} <= set(fitting):
        return column.text  # of 03/04/2024 nobody can tell which is the day
    cast = _cast(column, CANDIDATES[fitting[0]])
    return f"CASE WHEN NOT {_is_missing(column, missing)} THEN {cast} END"


def _chosen(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: RawTable,
    column: RawColumn,
    chosen: ChosenType,
) -> str:
    if chosen is ChosenType.TEXT:
        return column.text
    if chosen is ChosenType.DECIMAL:
        forms = [_decimal(connection, source, column)]
    else:
        forms = _CHOSEN[chosen]
    cases = " ".join(f"WHEN {_matches(column, form)} THEN {_cast(column, form)}" for form in forms)
    return f"CASE WHEN {_is_missing(column, table.missing)} THEN NULL {cases} END"


def _decimal(connection: duckdb.DuckDBPyConnection, source: str, column: RawColumn) -> _Form:
    """As many decimals as the longest value has. More digits than a double holds would not come through."""
    longest = f"max(length(regexp_extract({_value(column)}, '^[+-]?[0-9]+[.]([0-9]+)$', 1)))"
    scale = min(run(connection, f"SELECT {longest} FROM {source}")[0][0] or 0, _MOST_DECIMALS)
    kind = f"DECIMAL(18, {scale})"
    exact = f"TRY_CAST(TRY_CAST({{v}} AS DOUBLE) AS {kind}) = TRY_CAST({{v}} AS {kind})"
    return _Form(
        rf"[+-]?[0-9]+(\.[0-9]{{0,{scale}}})?",
        f"CASE WHEN {exact} THEN TRY_CAST({{v}} AS {kind}) END",
    )


def _check(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: RawTable,
    column: RawColumn,
    expression: str,
    chosen: ChosenType,
    name: str,
) -> None:
    if chosen is ChosenType.TEXT:
        return
    misfits = f"NOT {_is_missing(column, table.missing)} AND ({expression}) IS NULL"
    found = run(
        connection,
        f"SELECT {table.row_number} AS number, left({column.text}, {_SHOWN}) FROM {source}"
        f" WHERE {misfits} ORDER BY number LIMIT 1",
    )
    if found:
        row, value = found[0]
        raise IntegrationError(
            f"{name}.{column.name}, row {row}: {value!r} is not {_WORDS[chosen]}.",
            "file",
            "read",
            code="value_not_of_type",
            table=name,
            column=column.name,
            row=row,
            value=value,
            wanted=_WORDS[chosen],
            field=FIELD,
        )
