"""What makes typed columns of a raw table: types are decided on all of its values, or chosen by a person.

What a sample rules out is ruled out. Of what it leaves, the first is tried on every row while the typed copy is
written: that is one pass over the data, and mostly the only one. Where a value does not fit, every row is looked
at for all that is left. A chosen type has to hold for every row as well: the first value that does not fit is told.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.column_types import CANDIDATES, CHOSEN, WORDS, Choices, ChosenType, Form
from proto_ddf.sources.duck import run, text
from proto_ddf.sources.file_errors import FIELD
from proto_ddf.sources.file_formats import RawColumn, RawTable

MISFIT = "\x1fmisfit"
"""What DuckDB's error says when a value does not fit a type that was tried."""
_SAMPLE_ROWS = 5_000
_FIRST_ROWS = 100
"""They rule out most types, which need not be tested on the rest of the sample."""
_SHOWN = 60
"""Characters of a value that an error shows."""
_MOST_DECIMALS = 9
_DAY_OR_MONTH = {"date_day_first", "date_month_first"}

Fitting = Mapping[str, Sequence[str]]
"""By column the names of CANDIDATES; of columns whose types are worked out only."""


@dataclass(frozen=True)
class Sampled:
    """What a sample leaves of the types that columns may have."""

    left: Fitting
    unseen: frozenset[str]
    """Columns without a value in the sample."""


def sampled(connection: duckdb.DuckDBPyConnection, table: RawTable, chosen: Choices) -> Sampled:
    """What a sample leaves of the types that each column may have; only columns that are worked out."""
    left: Fitting = {
        column.name: column.may_be
        for column in table.columns
        if column.name not in chosen and column.given is None and column.may_be
    }
    unseen: set[str] = set()
    if left:
        rows = f"SELECT * FROM {table.rows} LIMIT {_SAMPLE_ROWS}"
        run(connection, f"CREATE OR REPLACE TEMP TABLE sampled AS {rows}")
        left = _left_by_first(connection, table, left)
        fitting = _fitting(connection, "sampled", table, left)
        unseen = {column for column, names in fitting.items() if names is None}
        left = {name: left[name] if fits is None else fits for name, fits in fitting.items()}
    return Sampled(left, frozenset(unseen))


def tried_columns(
    connection: duckdb.DuckDBPyConnection, table: RawTable, chosen: Choices, sample: Sampled
) -> list[str]:
    """For each column the SQL expression of its typed values, which fails with MISFIT where one does not fit.

    Where the first type that is left need not be the right one, even if it fits, all rows are looked at now.
    """
    doubtful = {
        column: names
        for column, names in sample.left.items()
        if column in sample.unseen or set(names) >= _DAY_OR_MONTH
    }
    fitting = {**sample.left, **_that_fit(connection, table, doubtful)}
    misfit = f"error({text(MISFIT)})"
    return [_typed(connection, table, each, chosen, fitting, misfit) for each in table.columns]


def decided_columns(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: Choices,
    sample: Sampled,
    name: str,
) -> list[str]:
    """For each column the SQL expression of its typed values, all of which were looked at.

    Args:
        name: of the table, for people.

    Raises:
        IntegrationError: `value_not_of_type`, where a value does not fit the type chosen.
    """
    fitting = _that_fit(connection, table, sample.left)
    expressions = []
    for column in table.columns:
        expression = _typed(connection, table, column, chosen, fitting, "NULL")
        if column.name in chosen:
            _check(connection, table, column, expression, chosen[column.name], name)
        expressions.append(expression)
    return expressions


def _typed(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    chosen: Choices,
    fitting: Fitting,
    otherwise: str,
) -> str:
    if column.name in chosen:
        return _chosen(connection, table, column, chosen[column.name], otherwise)
    if column.given is not None:
        return column.given
    return _first_of(table, column, fitting.get(column.name, ()), otherwise)


def _left_by_first(
    connection: duckdb.DuckDBPyConnection, table: RawTable, left: Fitting
) -> dict[str, Sequence[str]]:
    """What the first rows of the sample leave. Their columns are tested as one, so that there are as many tests
    as candidates, however many columns there are."""
    columns = [column for column in table.columns if column.name in left]
    candidates = list(dict.fromkeys(name for names in left.values() for name in names))
    texts = ", ".join(column.text for column in columns)
    value = RawColumn("", "value")
    checks = ", ".join(f"bool_and({_fits(value, CANDIDATES[name])})" for name in candidates)
    rows = run(
        connection,
        f"SELECT place, {checks} FROM"
        f" (SELECT unnest([{texts}]) AS value, unnest(range({len(columns)})) AS place"
        f" FROM (SELECT * FROM sampled LIMIT {_FIRST_ROWS}))"
        f" WHERE NOT {_is_missing(value, table.missing)} GROUP BY place",
    )
    ruled_out = {
        (columns[place].name, name)
        for place, *answers in rows
        for name, answer in zip(candidates, answers, strict=True)
        if not answer
    }
    return {
        column: [name for name in names if (column, name) not in ruled_out]
        for column, names in left.items()
    }


def _that_fit(
    connection: duckdb.DuckDBPyConnection, table: RawTable, left: Fitting
) -> dict[str, Sequence[str]]:
    """Those that fit every value of the table; for a column without a value none."""
    found = _fitting(connection, table.rows, table, left)
    return {column: names or () for column, names in found.items()}


def _fitting(
    connection: duckdb.DuckDBPyConnection, source: str, table: RawTable, left: Fitting
) -> dict[str, Sequence[str] | None]:
    """Those that fit every value in `source`; None for a column without a value."""
    tests = [(column, name) for column, names in left.items() for name in names]
    if not tests:
        return dict(left)
    places = {column.name: at for at, column in enumerate(table.columns)}
    present = ", ".join(
        f"CASE WHEN NOT {_is_missing(column, table.missing)} THEN {column.text} END AS v{at}"
        for at, column in enumerate(table.columns)
        if left.get(column.name)
    )
    checks = ", ".join(
        f"bool_and({_fits(RawColumn('', f'v{places[column]}'), CANDIDATES[name])})"
        f" FILTER (v{places[column]} IS NOT NULL)"
        for column, name in tests
    )
    query = f"SELECT {checks} FROM (SELECT {present} FROM {source})"
    answers = dict(zip(tests, run(connection, query)[0], strict=True))
    return {
        column: None
        if names and all(answers[column, name] is None for name in names)
        else [name for name in names if answers[column, name]]
        for column, names in left.items()
    }


def _value(column: RawColumn) -> str:
    return f"trim({column.text})"


def _is_missing(column: RawColumn, missing: Sequence[str]) -> str:
    # Of a longer IN DuckDB makes a join, after which rows are not in the order of the file any more.
    pattern = "|".join(re.escape(word) for word in missing)
    return f"coalesce(regexp_full_match({_value(column)}, {text(pattern)}), true)"


def _matches(column: RawColumn, form: Form) -> str:
    if not form.pattern:
        return f"{_cast(column, form)} IS NOT NULL"
    return f"regexp_full_match({_value(column)}, {text(form.pattern)})"


def _cast(column: RawColumn, form: Form) -> str:
    return form.cast.replace("{v}", _value(column))


def _is_plain(column: RawColumn, form: Form) -> str:
    same = f"CAST(TRY_CAST({column.text} AS {form.plain}) AS VARCHAR) = {column.text}"
    return f"({same} AND {form.plain_if.replace('{v}', f'({column.text})')})"


def _fits(column: RawColumn, form: Form) -> str:
    if not form.pattern:
        return _matches(column, form)
    fits = f"({_matches(column, form)} AND {_cast(column, form)} IS NOT NULL)"
    return f"CASE WHEN {_is_plain(column, form)} THEN true ELSE {fits} END" if form.plain else fits


def _first_of(table: RawTable, column: RawColumn, fitting: Sequence[str], otherwise: str) -> str:
    if not fitting or set(fitting) >= _DAY_OR_MONTH:
        return column.text  # of 03/04/2024 nobody can tell which is the day
    form = CANDIDATES[fitting[0]]
    missing, cast = _is_missing(column, table.missing), _cast(column, form)
    cases = f"WHEN {missing} THEN NULL WHEN {_fits(column, form)} THEN {cast} ELSE {otherwise}"
    if form.plain:
        plain = f"TRY_CAST({column.text} AS {form.plain})"
        return f"CASE WHEN {_is_plain(column, form)} THEN {plain} {cases} END"
    if form.words:
        return f"CASE {column.text} {form.words} ELSE CASE {cases} END END"
    return f"CASE {cases} END"


def _chosen(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    chosen: ChosenType,
    otherwise: str,
) -> str:
    if chosen is ChosenType.TEXT:
        return column.text
    decimal = chosen is ChosenType.DECIMAL
    forms = [_decimal(connection, table, column)] if decimal else CHOSEN[chosen]
    cases = " ".join(
        f"WHEN {_matches(column, form)} THEN coalesce({_cast(column, form)}, {otherwise})"
        for form in forms
    )
    missing = _is_missing(column, table.missing)
    return f"CASE WHEN {missing} THEN NULL {cases} ELSE {otherwise} END"


def _decimal(connection: duckdb.DuckDBPyConnection, table: RawTable, column: RawColumn) -> Form:
    """As many decimals as the longest value has. More digits than a double holds would not come through."""
    longest = f"max(length(regexp_extract({_value(column)}, '^[+-]?[0-9]+[.]([0-9]+)$', 1)))"
    found = run(connection, f"SELECT {longest} FROM {table.rows}")[0][0]
    scale = min(found or 0, _MOST_DECIMALS)
    kind = f"DECIMAL(18, {scale})"
    exact = f"TRY_CAST(TRY_CAST({{v}} AS DOUBLE) AS {kind}) = TRY_CAST({{v}} AS {kind})"
    return Form(
        rf"[+-]?[0-9]+(\.[0-9]{{0,{scale}}})?",
        f"CASE WHEN {exact} THEN TRY_CAST({{v}} AS {kind}) END",
    )


def _check(
    connection: duckdb.DuckDBPyConnection,
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
        f"SELECT {table.row_number} AS number, left({column.text}, {_SHOWN}) FROM {table.rows}"
        f" WHERE {misfits} ORDER BY number LIMIT 1",
    )
    if found:
        row, value = found[0]
        raise IntegrationError(
            f"{name}.{column.name}, row {row}: {value!r} is not {WORDS[chosen]}.",
            "file",
            "read",
            code="value_not_of_type",
            table=name,
            column=column.name,
            row=row,
            value=value,
            wanted=WORDS[chosen],
            field=FIELD,
        )
