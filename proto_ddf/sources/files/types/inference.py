"""Infers the types of a raw table's columns: a column has a type if all its texts have one format, or if a person chose
it.

A sample rules out most formats. The first format that remains is tried on every row while the typed copy is written, so
that mostly one pass over the data is enough. If a value does not fit, all rows are tested for all remaining formats. If
texts could be read in two ways, all rows of the column are tested first, then the conventions of the other columns
decide.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import duckdb

from proto_ddf.sources.files.duckdb_session import run, string_literal
from proto_ddf.sources.files.format import RawColumn, RawTable
from proto_ddf.sources.files.types.chosen import check_chosen, chosen_value, is_missing, trimmed
from proto_ddf.sources.files.types.value_format import PossibleFormats, ValueFormat
from proto_ddf.sources.files.types.value_formats import possible_formats
from proto_ddf.sources.schema.column_types import ChosenTypes

MISMATCH = "\x1fmismatch"
"""The message of DuckDB's error when a value does not fit a type that was tried."""
SAMPLE = "sampled"
"""A temporary table of the first rows."""
_SAMPLE_ROWS = 5_000
_AT_ONCE = 40
"""Tests in one statement: DuckDB's planning time grows with the square of their number."""
_OPPOSITE_CONVENTION = {"point": "comma", "comma": "point", "day": "month", "month": "day"}

_Item = TypeVar("_Item")
FormatsByColumn = Mapping[str, Sequence[ValueFormat]]
"""The formats that a column's texts have, by column; only of columns whose types are inferred."""


@dataclass(frozen=True)
class SampleResult:
    """The formats of each column that the sample does not rule out."""

    remaining: FormatsByColumn
    fallback: FormatsByColumn
    """Formats to test if none of the remaining ones fits all rows."""
    unseen: frozenset[str]
    """Columns without a value in the sample."""
    doubtful: frozenset[str]
    """Columns whose format the sample leaves uncertain, even if it fits all rows."""


@dataclass(frozen=True)
class ColumnTyping:
    """How the columns of a table are typed."""

    expressions: Sequence[str]
    """The SQL of each column's values."""
    undecided: FormatsByColumn
    """Columns that stay text because their values could be read in several ways."""


def read_sample(
    connection: duckdb.DuckDBPyConnection, table: RawTable, chosen: ChosenTypes
) -> SampleResult:
    """Find the formats that the sample does not rule out, for each column whose type is inferred."""
    columns = [
        column
        for column in table.columns
        if column.name not in chosen and column.declared is None and column.possible_kinds
    ]
    if columns or any(column.candidate_kinds for column in table.columns):
        rows = f"SELECT * FROM {table.rows} LIMIT {_SAMPLE_ROWS}"
        run(connection, f"CREATE OR REPLACE TEMP TABLE {SAMPLE} AS {rows}")
    possible = _possible(connection, SAMPLE, table, columns)
    first = {name: formats.likely for name, formats in possible.items()}
    remaining, unproven = _from_first_fitting(connection, SAMPLE, table, first)
    second = {name: formats.fallback for name, formats in possible.items() if not remaining[name]}
    fallback, fallback_unproven = _from_first_fitting(connection, SAMPLE, table, second)
    remaining |= fallback
    unproven |= fallback_unproven
    return SampleResult(
        remaining,
        {name: formats.fallback for name, formats in possible.items() if name not in second},
        frozenset(column.name for column in columns if column.name not in possible),
        frozenset(name for name in remaining if name in unproven or _is_undecided(remaining[name])),
    )


def typing_from_sample(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: ChosenTypes,
    sample: SampleResult,
) -> ColumnTyping:
    """The typing that the sample suggests. Its SQL fails with MISMATCH where a value does not fit.

    If a format could be wrong although it fits all rows, all rows are tested now: of its column, and of the columns
    whose convention could decide.
    """
    remaining = dict(sample.remaining)
    unseen = [column for column in table.columns if column.name in sample.unseen]
    if unseen:
        seen = _possible(connection, table.rows, table, unseen)
        remaining |= {name: formats.all for name, formats in seen.items()}
    if doubtful := {*sample.doubtful, *sample.unseen} & remaining.keys():
        with_convention = {
            name
            for name, formats in remaining.items()
            if any(value_format.convention for value_format in formats)
        }
        looked_at = {name: remaining[name] for name in doubtful | with_convention}
        remaining |= _proven(connection, table, looked_at)
    return _typed(connection, table, chosen, remaining, f"error({string_literal(MISMATCH)})")


def typing_from_all_rows(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: ChosenTypes,
    sample: SampleResult,
    name: str,
) -> ColumnTyping:
    """The typing that all values decide.

    Args:
        name: the table's name, for messages.

    Raises:
        IntegrationError: `value_not_of_type`, where a value does not fit the chosen type.
    """
    for column in table.columns:
        if column.name in chosen:
            check_chosen(connection, table, column, chosen[column.name], name)
    unseen = [column for column in table.columns if column.name in sample.unseen]
    seen = _possible(connection, table.rows, table, unseen)
    remaining = {**sample.remaining, **{name: formats.all for name, formats in seen.items()}}
    fitting = _proven(connection, table, remaining)
    fallback = {name: formats for name, formats in sample.fallback.items() if not fitting[name]}
    fitting |= _proven(connection, table, fallback)
    return _typed(connection, table, chosen, fitting, "NULL")


def has_format(column: RawColumn, value_format: ValueFormat) -> str:
    """SQL that is true where the text of a value, without blanks around it, has the format."""
    return value_format.fits.replace("{v}", trimmed(column))


def _possible(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: RawTable,
    columns: Sequence[RawColumn],
) -> dict[str, PossibleFormats]:
    """The possible formats of each column's longest text, which shows most of the format. Columns without values are
    left out."""
    if not columns:
        return {}
    found: dict[str, PossibleFormats] = {}
    for some in batched(columns, _AT_ONCE):
        longest = ", ".join(
            f"arg_max({trimmed(column)}, strlen({trimmed(column)}))"
            f" FILTER (NOT {is_missing(table, column)})"
            for column in some
        )
        values = run(connection, f"SELECT {longest} FROM {source}")[0]
        found |= {
            column.name: possible_formats(value, column.possible_kinds)
            for column, value in zip(some, values, strict=True)
            if value is not None
        }
    return found


def _proven(
    connection: duckdb.DuckDBPyConnection, table: RawTable, remaining: FormatsByColumn
) -> dict[str, list[ValueFormat]]:
    """The formats that fit every value of the table and whose words all occur: all of them for columns that could be
    read in two ways, only the first for others."""
    open_ones = {name: formats for name, formats in remaining.items() if _is_undecided(formats)}
    fitting, unproven = _fitting(connection, table.rows, table, open_ones)
    closed = {name: formats for name, formats in remaining.items() if name not in open_ones}
    while closed:
        some, some_unproven = _from_first_fitting(connection, table.rows, table, closed)
        fitting |= {
            name: formats[:1] for name, formats in some.items() if name not in some_unproven
        }
        closed = {name: some[name][1:] for name in some_unproven}
    return {
        name: [value_format for value_format in formats if (name, value_format) not in unproven]
        for name, formats in fitting.items()
    }


def _from_first_fitting(
    connection: duckdb.DuckDBPyConnection, source: str, table: RawTable, remaining: FormatsByColumn
) -> tuple[dict[str, list[ValueFormat]], set[str]]:
    """The first format that fits every value in `source`, followed by those after it, which are not tested; and the
    columns in which words of that format are missing. Most columns need one test."""
    found: dict[str, list[ValueFormat]] = {name: [] for name in remaining}
    unproven: set[str] = set()
    pending = {name: list(formats) for name, formats in remaining.items() if formats}
    while pending:
        first = {name: formats[:1] for name, formats in pending.items()}
        fitting, without_words = _fitting(connection, source, table, first)
        fit_now = {name for name in pending if fitting[name]}
        found |= {name: pending[name] for name in fit_now}
        unproven |= {name for name, _ in without_words}
        pending = {
            name: formats[1:]
            for name, formats in pending.items()
            if name not in fit_now and len(formats) > 1
        }
    return found, unproven


def _fitting(
    connection: duckdb.DuckDBPyConnection, source: str, table: RawTable, remaining: FormatsByColumn
) -> tuple[dict[str, list[ValueFormat]], set[tuple[str, ValueFormat]]]:
    """The formats that fit every value in `source`, and those of them whose words do not all occur."""
    fitting: dict[str, list[ValueFormat]] = {name: [] for name in remaining}
    unproven: set[tuple[str, ValueFormat]] = set()
    tests = [
        (name, value_format) for name, formats in remaining.items() for value_format in formats
    ]
    columns = {column.name: column for column in table.columns}
    for some in batched(tests, _AT_ONCE):
        places = {name: f"v{at}" for at, name in enumerate(dict.fromkeys(name for name, _ in some))}
        present = ", ".join(
            f"CASE WHEN NOT {is_missing(table, columns[name])} THEN {trimmed(columns[name])} END AS {place}"
            for name, place in places.items()
        )
        checks = ", ".join(_all_fit(places[name], value_format) for name, value_format in some)
        answers = run(connection, f"SELECT {checks} FROM (SELECT {present} FROM {source})")[0]
        for (name, value_format), fits, has_words in zip(
            some, answers[::2], answers[1::2], strict=True
        ):
            if fits:
                fitting[name].append(value_format)
                unproven |= set() if has_words else {(name, value_format)}
    return fitting, unproven


def _all_fit(value: str, value_format: ValueFormat) -> str:
    """SQL of two results: whether all texts have the format, and whether all its words occur."""
    fits = f"coalesce({value_format.fits.replace('{v}', value)}, false)"
    words = (
        " AND ".join(f"bool_or({value} = {string_literal(word)})" for word in value_format.words)
        or "true"
    )
    return f"bool_and({fits}) FILTER ({value} IS NOT NULL), {words}"


def batched(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    return (items[at : at + size] for at in range(0, len(items), size))


def _conventions(formats: Iterable[ValueFormat]) -> set[str]:
    return {value_format.convention for value_format in formats if value_format.convention}


def _is_undecided(formats: Sequence[ValueFormat]) -> bool:
    """Whether texts of these formats could be read in two ways, or need the convention of another column."""
    return bool(formats) and (not formats[0].certain or (bool(formats[0].convention) and len(_conventions(formats)) > 1))  # fmt: skip


def _typed(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: ChosenTypes,
    fitting: FormatsByColumn,
    otherwise: str,
) -> ColumnTyping:
    known = {
        formats[0].convention
        for formats in fitting.values()
        if formats and not _is_undecided(formats)
    }
    expressions, undecided = [], {}
    for column in table.columns:
        formats = fitting.get(column.name, ())
        if column.name in chosen:
            kind = chosen[column.name]
            expression = chosen_value(connection, table, column, kind, otherwise)
        elif column.declared is not None:
            expression = column.declared
        elif (value_format := _decided_format(formats, known)) is not None:
            expression = _value(table, column, value_format, otherwise)
        else:
            expression = column.text
            if formats:
                undecided[column.name] = formats
        expressions.append(expression)
    return ColumnTyping(expressions, undecided)


def _decided_format(formats: Sequence[ValueFormat], known: set[str]) -> ValueFormat | None:
    """The format of a column; None if it stays undecided.

    Args:
        known: the conventions of the file's other columns.
    """
    if not formats:
        return None
    if not _is_undecided(formats):
        return formats[0]
    believed = {
        convention
        for convention in _conventions(formats)
        if convention in known and _OPPOSITE_CONVENTION[convention] not in known
    }
    return next(
        (value_format for value_format in formats if value_format.convention in believed), None
    )


def _value(table: RawTable, column: RawColumn, value_format: ValueFormat, otherwise: str) -> str:
    """SQL of a value. The text is tested as it is first, since most have no blanks around them."""
    fits, value = (
        part.replace("{v}", column.text) for part in (value_format.fits, value_format.value)
    )
    bare = value_format.value.replace("{v}", trimmed(column))
    return (
        f"CASE WHEN {fits} THEN {value} WHEN {is_missing(table, column)} THEN NULL"
        f" WHEN {has_format(column, value_format)} THEN {bare} ELSE {otherwise} END"
    )
