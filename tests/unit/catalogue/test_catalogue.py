"""The catalogue itself: its expectations fit its schemas and their rows, and every rule has more than one case."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.catalogue.expectations import TRAPS, Expectations, TableExpectation
from tests.catalogue.schemas import CatalogueSchema, schemas
from tests.unit.catalogue.column_values import exercised_by, fits

LEAST_SCHEMAS = 32
NEARLY_UNIQUE = 0.95
MEASURE = re.compile(r"count|(?:sum|avg)\((?P<column>.+)\)")
RULES = {
    *("first and last name", "one name", "code", "key", "beside a key", "children"),
    *(f"trap: {trap}" for trap in TRAPS),
    *("date", "year", "boolean", "percent", "money", "e-mail", "phone", "URL", "image"),
    *("coordinates", "UUID", "colour", "JSON", "long text"),
    *("date from midnight", "year from 1 January", "image in a blob", "image at a URL"),
    *("boolean 0 1", "boolean n y", "boolean f t", "boolean false true"),
    *("unit in brackets", "acronym", "several sections"),
    *("section: main", "section: look-up", "section: report", "section: no page"),
    *(
        "figure: count",
        "figure: sum",
        "chart: sum",
        "chart: avg",
        "chart: count",
        "forbidden chart",
    ),
    *("empty table", "composite key", "self-reference", "undeclared relations"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    for schema in schemas():
        schema.create(folder / schema.name)
    return folder


@pytest.fixture(params=schemas(), ids=lambda schema: schema.name)
def schema(request: pytest.FixtureRequest) -> CatalogueSchema:
    return request.param


@pytest.fixture
def database(schema: CatalogueSchema, folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / schema.name)) as connection:
        yield connection


def test_there_are_enough_schemas_and_a_third_is_held_out() -> None:
    assert len(schemas()) >= LEAST_SCHEMAS
    assert len(schemas()) == len({schema.name for schema in schemas()})
    assert sum(schema.held_out for schema in schemas()) >= len(schemas()) / 3


def test_each_table_and_view_has_a_section(
    schema: CatalogueSchema, database: sqlite3.Connection
) -> None:
    named = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    assert {name for (name,) in database.execute(named)} == schema.expected.tables.keys()
    assert set(schema.expected.first_pages) <= schema.expected.tables.keys()


def test_rows_refer_to_rows(schema: CatalogueSchema, database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_expectations_name_existing_columns(
    schema: CatalogueSchema, database: sqlite3.Connection
) -> None:
    for name, table in schema.expected.tables.items():
        assert {*table.columns, *_name_columns(table), *table.beside} <= _columns(database, name)
    for text in (*_wanted_charts(schema.expected), *_all_figures(schema.expected)):
        table_name, _, rest = text.partition(": ")
        measure, _, dimension = rest.partition(" by ")
        match = MEASURE.fullmatch(measure)
        assert match, text
        used = {match["column"] or "", dimension.split(".")[0]} - {""}
        assert used <= _columns(database, table_name), text


def test_names_of_rows_are_nearly_unique(
    schema: CatalogueSchema, database: sqlite3.Connection
) -> None:
    for name, table in schema.expected.tables.items():
        for alternative in table.names:
            columns = _parts(alternative)
            if columns:
                values = database.execute(f'SELECT {", ".join(columns)} FROM "{name}"').fetchall()
                assert len(set(values)) >= NEARLY_UNIQUE * len(values), f"{name}: {alternative}"


def test_rows_fit_the_expected_types(schema: CatalogueSchema, database: sqlite3.Connection) -> None:
    for name, table in schema.expected.tables.items():
        for column, wanted in table.columns.items():
            values = _values(database, name, column)
            assert not values or any(fits(kind, values) for kind in wanted.types), (
                f"{name}.{column}: {values[:3]}"
            )


def test_what_is_wanted_is_not_forbidden(schema: CatalogueSchema) -> None:
    for chart in _wanted_charts(schema.expected):
        for pattern in schema.expected.forbidden_charts:
            assert not fnmatchcase(chart, pattern), f"{chart}: {pattern}"
    assert set(schema.expected.traps) <= set(TRAPS)


def test_each_rule_has_at_least_two_cases(folder: Path) -> None:
    cases = Counter[str]()
    for schema in schemas():
        with closing(sqlite3.connect(folder / schema.name)) as database:
            cases.update(set(_rules(schema.expected, database)))
    assert {rule for rule in RULES if cases[rule] < 2} == set()


def test_the_held_out_part_exercises_nearly_all_rules(folder: Path) -> None:
    seen = set[str]()
    for schema in filter(lambda one: one.held_out, schemas()):
        with closing(sqlite3.connect(folder / schema.name)) as database:
            seen |= set(_rules(schema.expected, database))
    assert RULES - seen <= {"year from 1 January"}


def _rules(expected: Expectations, database: sqlite3.Connection) -> Iterator[str]:
    yield from (f"trap: {trap}" for trap in expected.traps)
    yield from (f"figure: {_measure(text)}" for text in _all_figures(expected))
    yield from (f"chart: {_measure(text)}" for text in _wanted_charts(expected))
    if expected.forbidden_charts:
        yield "forbidden chart"
    keys = [
        (name, target)
        for name in expected.tables
        for (_, _, target, *_) in database.execute(f'PRAGMA foreign_key_list("{name}")')
    ]
    if not keys:
        yield "undeclared relations"
    if any(name == target for name, target in keys):
        yield "self-reference"
    for name, table in expected.tables.items():
        yield from _rules_of_table(name, table, database)


def _rules_of_table(
    name: str, table: TableExpectation, database: sqlite3.Connection
) -> Iterator[str]:
    yield f"section: {table.sections[0]}" if len(table.sections) == 1 else "several sections"
    if table.children:
        yield "children"
    if table.beside:
        yield "beside a key"
    if sum(bool(row[5]) for row in database.execute(f'PRAGMA table_info("{name}")')) > 1:
        yield "composite key"
    if not database.execute(f'SELECT 1 FROM "{name}"').fetchone():
        yield "empty table"
    for alternative in table.names[:1]:
        columns = _parts(alternative)
        if len(columns) == 1:
            (first, *_) = [*_values(database, name, columns[0]), ""]
            yield "code" if " " not in first and re.search(r"\d", first) else "one name"
        else:
            yield "first and last name" if columns else "key"
    for column, wanted in table.columns.items():
        yield wanted.types[0]
        yield from exercised_by(wanted.types[0], _values(database, name, column))
        for label in wanted.labels[:1]:
            if re.search(r"\(.+\)$", label):
                yield "unit in brackets"
            if re.search(r"\b[A-Z]{2,}\b", label):
                yield "acronym"


def _measure(text: str) -> str:
    return text.partition(": ")[2].partition(" by ")[0].partition("(")[0]


def _parts(name: str) -> list[str]:
    """The columns of a row's name; none if it is made from the key."""
    return [] if "<" in name else name.split(" + ")


def _name_columns(table: TableExpectation) -> set[str]:
    return {column for name in table.names for column in _parts(name)}


def _wanted_charts(expected: Expectations) -> list[str]:
    return [text for chart in expected.charts for text in chart.charts]


def _all_figures(expected: Expectations) -> list[str]:
    return [*expected.other_figures, *(text for wanted in expected.figures for text in wanted)]


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f'PRAGMA table_info("{table}")')}


def _values(database: sqlite3.Connection, table: str, column: str) -> list[object]:
    chosen = f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
    return [value for (value,) in database.execute(chosen)]
