"""The types suggested for a text column: a few texts keep it from having the type, or it could be read in several ways.

The column stays text. A person sees which texts do not fit and what each would become, and decides.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import duckdb

from proto_ddf.sources.files.duckdb_session import run
from proto_ddf.sources.files.format import RawColumn, RawTable
from proto_ddf.sources.files.types.chosen import chosen_value, is_missing, trimmed
from proto_ddf.sources.files.types.inference import SAMPLE, ColumnTyping, batched, has_format
from proto_ddf.sources.files.types.value_format import ValueFormat
from proto_ddf.sources.files.types.value_formats import possible_formats
from proto_ddf.sources.schema.column_types import ChosenType, ChosenTypes
from proto_ddf.sources.schema.model import OddText, TypeCandidate

MOST_SHOWN = 8
"""Texts that do not fit and are shown. Texts that would become empty are all shown."""
MOST_EMPTY = 20
"""Different texts that may become empty. A type that empties more is not suggested."""
_SHOWN = 60
"""Characters of a text that are shown."""
_FIRST_ROWS = 100
_LIKELY_FORMATS = 6
"""Formats found in the first rows that are tested on the sample."""
_LEAST_SHARE = 0.5
"""Share of the sample's texts that must have the format."""
_AT_ONCE = 40
"""Columns in one statement: DuckDB's planning time grows with the square of their number."""
_MOST_COLUMNS = 30
"""Columns with a candidate; each takes one or two passes over the rows."""
_WIDER = {ChosenType.INTEGER: ChosenType.DECIMAL, ChosenType.DECIMAL: ChosenType.FLOAT}
"""The wider type to suggest if fewer texts become empty with it: most amounts are 10, some are 10.50."""


def find_candidates(
    connection: duckdb.DuckDBPyConnection, table: RawTable, chosen: ChosenTypes, typed: ColumnTyping
) -> dict[int, list[TypeCandidate]]:
    """The candidates by column index, only for columns that stay text although nobody chose text.

    Needs the sample that `inference.read_sample` made.
    """
    texts = [
        (at, column)
        for at, column in enumerate(table.columns)
        if column.candidate_kinds
        and column.name not in chosen
        and typed.expressions[at] == column.text
    ]
    candidates = {
        at: _from_conventions(typed.undecided[column.name])
        for at, column in texts
        if column.name in typed.undecided
    }
    others = [(at, column) for at, column in texts if at not in candidates]
    for at, column, value_format in _most_common_formats(connection, table, others):
        if len(candidates) == _MOST_COLUMNS:
            break
        kinds = [kind for kind in (value_format.type, _WIDER.get(value_format.type)) if kind]
        for kind in kinds:
            candidate = _near_candidate(connection, table, column, value_format, kind)
            if candidate and (
                at not in candidates or len(candidate.empty) < len(candidates[at][0].empty)
            ):
                candidates[at] = [candidate]
            if candidate and not candidate.empty:
                break
    return candidates


def _from_conventions(formats: Sequence[ValueFormat]) -> list[TypeCandidate]:
    return [
        TypeCandidate(type=kind)
        for kind in dict.fromkeys(value_format.type for value_format in formats)
    ]


def _most_common_formats(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    columns: Sequence[tuple[int, RawColumn]],
) -> Iterator[tuple[int, RawColumn, ValueFormat]]:
    """The columns in which many texts have the same format, with that format."""
    for some in batched(columns, _AT_ONCE):
        present = ", ".join(
            f"CASE WHEN NOT {is_missing(table, column)} THEN {trimmed(column)} END"
            for _, column in some
        )
        first = f"(SELECT * FROM {SAMPLE} LIMIT {_FIRST_ROWS})"
        rows = run(connection, f"SELECT {present} FROM {first}")
        if not rows:
            return
        for (at, column), texts in zip(some, zip(*rows, strict=True), strict=True):
            held = [text for text in texts if text is not None]
            if (value_format := _most_common_format(connection, table, column, held)) is not None:
                yield at, column, value_format


def _most_common_format(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    texts: Sequence[str],
) -> ValueFormat | None:
    counted = Counter(texts)
    votes = Counter[ValueFormat]()
    for text, count in counted.items():
        for value_format in possible_formats(text, column.candidate_kinds).all:
            votes[value_format] += count
    likely = [value_format for value_format, _ in votes.most_common(_LIKELY_FORMATS)]
    if not likely or votes[likely[0]] < _LEAST_SHARE * len(texts):
        return None
    present = f"count(*) FILTER (NOT {is_missing(table, column)})"
    fits = ", ".join(
        f"count(*) FILTER ({has_format(column, value_format)})" for value_format in likely
    )
    total, *counts = run(connection, f"SELECT {present}, {fits} FROM {SAMPLE}")[0]
    most = max(counts)
    return likely[counts.index(most)] if most >= _LEAST_SHARE * total else None


def _near_candidate(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    value_format: ValueFormat,
    kind: ChosenType,
) -> TypeCandidate | None:
    """The type as a candidate, unless too many texts become empty. Texts that have the format are values of the
    type."""
    read = chosen_value(connection, table, column, kind, "NULL")
    odd = (
        f"SELECT {trimmed(column)} AS text, {table.row_number} AS row, CAST({read} AS VARCHAR) AS value"
        f" FROM {table.rows}"
        f" WHERE NOT {is_missing(table, column)} AND NOT coalesce({has_format(column, value_format)}, false)"
    )
    found = run(
        connection,
        f"SELECT text, count(*) AS times, min(row) AS first, value, count(*) OVER () FROM ({odd})"
        f" GROUP BY text, value ORDER BY value IS NOT NULL, times DESC, first LIMIT {MOST_EMPTY + 1}",
    )
    empty = tuple(text for text, _, _, value, _ in found if value is None)
    if not found or len(empty) > MOST_EMPTY:
        return None
    return TypeCandidate(
        type=kind,
        odd=tuple(
            OddText(text=text[:_SHOWN], count=times, row=first, value=value)
            for text, times, first, value, _ in found[: max(MOST_SHOWN, len(empty))]
        ),
        odd_count=found[0][4],
        empty=empty,
    )
