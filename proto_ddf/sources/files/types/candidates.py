"""The types that people are offered for a column of texts: it misses one by some texts, or could be read in several ways.

Nothing is typed for it. A person sees which texts are in the way and what would become of each, and decides.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import duckdb

from proto_ddf.sources.files.duckdb_session import run
from proto_ddf.sources.files.format import RawColumn, RawTable
from proto_ddf.sources.files.types.chosen import chosen_value, is_missing, trimmed
from proto_ddf.sources.files.types.inference import SAMPLE, Typed, batched, fit
from proto_ddf.sources.files.types.value_format import TextForm
from proto_ddf.sources.files.types.value_formats import possible_forms
from proto_ddf.sources.schema.column_types import Choices, ChosenType
from proto_ddf.sources.schema.model import OddText, TypeOffer

MOST_SHOWN = 8
"""Texts that are shown of those in the way, if no more become empty: of these all are."""
MOST_EMPTY = 20
"""Different texts that may become no value. Where more would, the column is not nearly of the type."""
_SHOWN = 60
"""Characters of a text that are shown."""
_FIRST_ROWS = 100
_LIKELY_FORMS = 6
"""Forms of those rows that are tested on the sample."""
_LEAST_SHARE = 0.5
"""Of the texts of the sample that have the form."""
_AT_ONCE = 40
"""Columns that one statement reads: what DuckDB needs to plan it grows with their square."""
_MOST_COLUMNS = 30
"""Columns with an offer; each takes a pass or two over the rows."""
_WIDER = {ChosenType.INTEGER: ChosenType.DECIMAL, ChosenType.DECIMAL: ChosenType.FLOAT}
"""What is offered instead, where fewer texts become empty by it: most amounts are 10, some are 10.50."""


def find_offers(
    connection: duckdb.DuckDBPyConnection, table: RawTable, chosen: Choices, typed: Typed
) -> dict[int, list[TypeOffer]]:
    """The offers by position of the column; only of columns that stay text, and nobody chose that for.

    The sample of `inference` is there still.
    """
    texts = [
        (at, column)
        for at, column in enumerate(table.columns)
        if column.nearly and column.name not in chosen and typed.expressions[at] == column.text
    ]
    offers = {
        at: _of_readings(typed.open[column.name])
        for at, column in texts
        if column.name in typed.open
    }
    others = [(at, column) for at, column in texts if at not in offers]
    for at, column, form in _nearly(connection, table, others):
        if len(offers) == _MOST_COLUMNS:
            break
        kinds = [kind for kind in (form.type, _WIDER.get(form.type)) if kind]
        for kind in kinds:
            offer = _near_offer(connection, table, column, form, kind)
            if offer and (at not in offers or len(offer.empty) < len(offers[at][0].empty)):
                offers[at] = [offer]
            if offer and not offer.empty:
                break
    return offers


def _of_readings(forms: Sequence[TextForm]) -> list[TypeOffer]:
    return [TypeOffer(type=kind) for kind in dict.fromkeys(form.type for form in forms)]


def _nearly(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    columns: Sequence[tuple[int, RawColumn]],
) -> Iterator[tuple[int, RawColumn, TextForm]]:
    """The columns of which many texts are of one form, with that form."""
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
            if (form := _commonest(connection, table, column, held)) is not None:
                yield at, column, form


def _commonest(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    texts: Sequence[str],
) -> TextForm | None:
    counted = Counter(texts)
    votes = Counter[TextForm]()
    for text, count in counted.items():
        for form in possible_forms(text, column.nearly).all:
            votes[form] += count
    likely = [form for form, _ in votes.most_common(_LIKELY_FORMS)]
    if not likely or votes[likely[0]] < _LEAST_SHARE * len(texts):
        return None
    present = f"count(*) FILTER (NOT {is_missing(table, column)})"
    fits = ", ".join(f"count(*) FILTER ({fit(column, form)})" for form in likely)
    total, *counts = run(connection, f"SELECT {present}, {fits} FROM {SAMPLE}")[0]
    most = max(counts)
    return likely[counts.index(most)] if most >= _LEAST_SHARE * total else None


def _near_offer(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    form: TextForm,
    kind: ChosenType,
) -> TypeOffer | None:
    """The offer of a type, where not too many texts become empty. Those of the form are values of it."""
    read = chosen_value(connection, table, column, kind, "NULL")
    odd = (
        f"SELECT {trimmed(column)} AS text, {table.row_number} AS row, CAST({read} AS VARCHAR) AS value"
        f" FROM {table.rows}"
        f" WHERE NOT {is_missing(table, column)} AND NOT coalesce({fit(column, form)}, false)"
    )
    found = run(
        connection,
        f"SELECT text, count(*) AS times, min(row) AS first, value, count(*) OVER () FROM ({odd})"
        f" GROUP BY text, value ORDER BY value IS NOT NULL, times DESC, first LIMIT {MOST_EMPTY + 1}",
    )
    empty = tuple(text for text, _, _, value, _ in found if value is None)
    if not found or len(empty) > MOST_EMPTY:
        return None
    return TypeOffer(
        type=kind,
        odd=tuple(
            OddText(text=text[:_SHOWN], count=times, row=first, value=value)
            for text, times, first, value, _ in found[: max(MOST_SHOWN, len(empty))]
        ),
        odd_count=found[0][4],
        empty=empty,
    )
