"""What makes typed columns of a raw table: a column has a type if all its texts are of one form, or if a person chose it.

What a sample rules out is ruled out. Of the forms it leaves, the first is tried on every row while the typed copy is
written: that is one pass over the data, and mostly the only one. Where a value does not fit, every row is looked at for
all forms that are left. Where texts could be read in two ways, all rows decide before, and then the whole file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import duckdb

from proto_ddf.sources.files.duckdb_session import run, text
from proto_ddf.sources.files.format import RawColumn, RawTable
from proto_ddf.sources.files.types.chosen import check_chosen, chosen_value, is_missing, trimmed
from proto_ddf.sources.files.types.value_format import Forms, TextForm
from proto_ddf.sources.files.types.value_formats import possible_forms
from proto_ddf.sources.schema.column_types import Choices

MISFIT = "\x1fmisfit"
"""What DuckDB's error says when a value does not fit a type that was tried."""
SAMPLE = "sampled"
"""A temporary table of the first rows."""
_SAMPLE_ROWS = 5_000
_AT_ONCE = 40
"""Tests that one statement makes: what DuckDB needs to plan it grows with their square."""
_OTHER_READINGS = {"point": "comma", "comma": "point", "day": "month", "month": "day"}

_Item = TypeVar("_Item")
Fitting = Mapping[str, Sequence[TextForm]]
"""By column the forms that its texts have; of columns whose types are worked out only."""


@dataclass(frozen=True)
class Sampled:
    """What a sample leaves of the forms that columns may have."""

    left: Fitting
    later: Fitting
    """Forms that are looked at where none of those fits all rows."""
    unseen: frozenset[str]
    """Columns without a value in the sample."""
    doubtful: frozenset[str]
    """Columns whose forms the sample does not prove, even if they fit all rows."""


@dataclass(frozen=True)
class Typed:
    """How the columns of a table are typed."""

    expressions: Sequence[str]
    """For each column the SQL of its values."""
    open: Fitting
    """Columns that stay text because they could be read in several ways."""


def sampled(connection: duckdb.DuckDBPyConnection, table: RawTable, chosen: Choices) -> Sampled:
    """What a sample leaves of the forms that each column may have; only columns that are worked out."""
    columns = [
        column
        for column in table.columns
        if column.name not in chosen and column.given is None and column.may_be
    ]
    if columns or any(column.nearly for column in table.columns):
        rows = f"SELECT * FROM {table.rows} LIMIT {_SAMPLE_ROWS}"
        run(connection, f"CREATE OR REPLACE TEMP TABLE {SAMPLE} AS {rows}")
    possible = _possible(connection, SAMPLE, table, columns)
    first = {name: forms.first for name, forms in possible.items()}
    left, unproved = _from_first_fitting(connection, SAMPLE, table, first)
    second = {name: forms.later for name, forms in possible.items() if not left[name]}
    late, late_unproved = _from_first_fitting(connection, SAMPLE, table, second)
    left |= late
    unproved |= late_unproved
    return Sampled(
        left,
        {name: forms.later for name, forms in possible.items() if name not in second},
        frozenset(column.name for column in columns if column.name not in possible),
        frozenset(name for name in left if name in unproved or _is_open(left[name])),
    )


def tried_columns(
    connection: duckdb.DuckDBPyConnection, table: RawTable, chosen: Choices, sample: Sampled
) -> Typed:
    """The typing that the sample suggests. It fails with MISFIT where a value does not fit.

    Where a form need not be the right one, even if it fits all rows, they are looked at now, for its column and for
    those that could tell how it is to be read.
    """
    left = dict(sample.left)
    unseen = [column for column in table.columns if column.name in sample.unseen]
    if unseen:
        seen = _possible(connection, table.rows, table, unseen)
        left |= {name: forms.all for name, forms in seen.items()}
    if doubtful := {*sample.doubtful, *sample.unseen} & left.keys():
        telling = {name for name, forms in left.items() if any(form.reading for form in forms)}
        looked_at = {name: left[name] for name in doubtful | telling}
        left |= _proved(connection, table, looked_at)
    return _typed(connection, table, chosen, left, f"error({text(MISFIT)})")


def decided_columns(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: Choices,
    sample: Sampled,
    name: str,
) -> Typed:
    """The typing that all values decide.

    Args:
        name: of the table, for people.

    Raises:
        IntegrationError: `value_not_of_type`, where a value does not fit the type chosen.
    """
    for column in table.columns:
        if column.name in chosen:
            check_chosen(connection, table, column, chosen[column.name], name)
    unseen = [column for column in table.columns if column.name in sample.unseen]
    seen = _possible(connection, table.rows, table, unseen)
    left = {**sample.left, **{name: forms.all for name, forms in seen.items()}}
    fitting = _proved(connection, table, left)
    late = {name: forms for name, forms in sample.later.items() if not fitting[name]}
    fitting |= _proved(connection, table, late)
    return _typed(connection, table, chosen, fitting, "NULL")


def fit(column: RawColumn, form: TextForm) -> str:
    """SQL that is true where the text of a value, without blanks around it, is of a form."""
    return form.fits.replace("{v}", trimmed(column))


def _possible(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    table: RawTable,
    columns: Sequence[RawColumn],
) -> dict[str, Forms]:
    """The forms that the longest text of each column may have: it shows most signs. Without columns that have none."""
    if not columns:
        return {}
    found: dict[str, Forms] = {}
    for some in batched(columns, _AT_ONCE):
        longest = ", ".join(
            f"arg_max({trimmed(column)}, strlen({trimmed(column)}))"
            f" FILTER (NOT {is_missing(table, column)})"
            for column in some
        )
        values = run(connection, f"SELECT {longest} FROM {source}")[0]
        found |= {
            column.name: possible_forms(value, column.may_be)
            for column, value in zip(some, values, strict=True)
            if value is not None
        }
    return found


def _proved(
    connection: duckdb.DuckDBPyConnection, table: RawTable, left: Fitting
) -> dict[str, list[TextForm]]:
    """Those that fit every value of the table, and whose words are all there: of columns that could be read in two ways
    all, of others the first."""
    open_ones = {name: forms for name, forms in left.items() if _is_open(forms)}
    fitting, unproved = _fitting(connection, table.rows, table, open_ones)
    closed = {name: forms for name, forms in left.items() if name not in open_ones}
    while closed:
        some, some_unproved = _from_first_fitting(connection, table.rows, table, closed)
        fitting |= {name: forms[:1] for name, forms in some.items() if name not in some_unproved}
        closed = {name: some[name][1:] for name in some_unproved}
    return {
        name: [form for form in forms if (name, form) not in unproved]
        for name, forms in fitting.items()
    }


def _from_first_fitting(
    connection: duckdb.DuckDBPyConnection, source: str, table: RawTable, left: Fitting
) -> tuple[dict[str, list[TextForm]], set[str]]:
    """The first form that fits every value in `source` and those behind it, which are not looked at; and the columns in
    which words of that form are missing. Most columns need one test."""
    found: dict[str, list[TextForm]] = {name: [] for name in left}
    unproved: set[str] = set()
    pending = {name: list(forms) for name, forms in left.items() if forms}
    while pending:
        first = {name: forms[:1] for name, forms in pending.items()}
        fitting, without_words = _fitting(connection, source, table, first)
        fit_now = {name for name in pending if fitting[name]}
        found |= {name: pending[name] for name in fit_now}
        unproved |= {name for name, _ in without_words}
        pending = {
            name: forms[1:]
            for name, forms in pending.items()
            if name not in fit_now and len(forms) > 1
        }
    return found, unproved


def _fitting(
    connection: duckdb.DuckDBPyConnection, source: str, table: RawTable, left: Fitting
) -> tuple[dict[str, list[TextForm]], set[tuple[str, TextForm]]]:
    """Those that fit every value in `source`, and of them those that have words which are not there."""
    fitting: dict[str, list[TextForm]] = {name: [] for name in left}
    unproved: set[tuple[str, TextForm]] = set()
    tests = [(name, form) for name, forms in left.items() for form in forms]
    columns = {column.name: column for column in table.columns}
    for some in batched(tests, _AT_ONCE):
        places = {name: f"v{at}" for at, name in enumerate(dict.fromkeys(name for name, _ in some))}
        present = ", ".join(
            f"CASE WHEN NOT {is_missing(table, columns[name])} THEN {trimmed(columns[name])} END AS {place}"
            for name, place in places.items()
        )
        checks = ", ".join(_all_fit(places[name], form) for name, form in some)
        answers = run(connection, f"SELECT {checks} FROM (SELECT {present} FROM {source})")[0]
        for (name, form), fits, has_words in zip(some, answers[::2], answers[1::2], strict=True):
            if fits:
                fitting[name].append(form)
                unproved |= set() if has_words else {(name, form)}
    return fitting, unproved


def _all_fit(value: str, form: TextForm) -> str:
    """SQL of two answers: whether all texts are of a form, and whether its words are among them."""
    fits = f"coalesce({form.fits.replace('{v}', value)}, false)"
    words = " AND ".join(f"bool_or({value} = {text(word)})" for word in form.words) or "true"
    return f"bool_and({fits}) FILTER ({value} IS NOT NULL), {words}"


def batched(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """The items, so many at a time."""
    return (items[at : at + size] for at in range(0, len(items), size))


def _readings(forms: Iterable[TextForm]) -> set[str]:
    return {form.reading for form in forms if form.reading}


def _is_open(forms: Sequence[TextForm]) -> bool:
    """Whether texts of these forms could be read in two ways, or need others to be believed."""
    return bool(forms) and (not forms[0].sure or (bool(forms[0].reading) and len(_readings(forms)) > 1))  # fmt: skip


def _typed(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    chosen: Choices,
    fitting: Fitting,
    otherwise: str,
) -> Typed:
    told = {forms[0].reading for forms in fitting.values() if forms and not _is_open(forms)}
    expressions, stay_open = [], {}
    for column in table.columns:
        forms = fitting.get(column.name, ())
        if column.name in chosen:
            kind = chosen[column.name]
            expression = chosen_value(connection, table, column, kind, otherwise)
        elif column.given is not None:
            expression = column.given
        elif (form := _form(forms, told)) is not None:
            expression = _value(table, column, form, otherwise)
        else:
            expression = column.text
            if forms:
                stay_open[column.name] = forms
        expressions.append(expression)
    return Typed(expressions, stay_open)


def _form(forms: Sequence[TextForm], told: set[str]) -> TextForm | None:
    """The form of a column; None where that stays open.

    Args:
        told: readings of the other columns of the file.
    """
    if not forms:
        return None
    if not _is_open(forms):
        return forms[0]
    believed = {
        reading
        for reading in _readings(forms)
        if reading in told and _OTHER_READINGS[reading] not in told
    }
    return next((form for form in forms if form.reading in believed), None)


def _value(table: RawTable, column: RawColumn, form: TextForm, otherwise: str) -> str:
    """Most texts have no blanks around them, and what they are without them need not be looked at."""
    fits, value = (part.replace("{v}", column.text) for part in (form.fits, form.value))
    bare = form.value.replace("{v}", trimmed(column))
    return (
        f"CASE WHEN {fits} THEN {value} WHEN {is_missing(table, column)} THEN NULL"
        f" WHEN {fit(column, form)} THEN {bare} ELSE {otherwise} END"
    )
