"""How the plan calls the rows of a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.plan_edit import find_table
from proto_ddf.generator.spec import AppSpec, TableSpec
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)
from tests.unit.generator.conftest import MemorySource

KEY = ColumnInfo(name="id", type=ColumnType.INTEGER, nullable=False, primary_key=True, unique=True)
Values = Mapping[str, Sequence[Any]]


def _table(name: str, values: Values, *keys: ForeignKey, **kinds: ColumnType) -> TableInfo:
    columns = [ColumnInfo(name=each, type=kinds.get(each, ColumnType.TEXT)) for each in values]
    rows = max(map(len, values.values()), default=0)
    return TableInfo(
        name=name,
        columns=(KEY, *columns),
        primary_key=("id",),
        foreign_keys=keys,
        row_count=rows,
    )


def _plan(tables: Mapping[str, tuple[TableInfo, Values]]) -> AppSpec:
    schema = SourceSchema(tables=tuple(table for table, _ in tables.values()))
    rows = {
        name: list(zip(range(1, table.row_count + 1), *values.values(), strict=True))
        for name, (table, values) in tables.items()
    }
    source = MemorySource(schema, rows)
    return plan_app(schema, name="Called rows", imported=False, source=source)


def _planned(name: str, values: Values, **kinds: ColumnType) -> TableSpec:
    return _plan({name: (_table(name, values, **kinds), values)}).tables[0]


def many(text: str) -> list[str]:
    return [f"{text} {n}" for n in range(40)]


def few(*texts: str) -> list[str]:
    return [texts[n % len(texts)] for n in range(40)]


PEOPLE = {
    "email": many("a"),
    "job_title": many("b"),
    "LastName": few("Roe"),
    "FirstName": few("Jo"),
}


@pytest.mark.parametrize(
    ("table", "values", "named"),
    [
        ("people", PEOPLE, ["FirstName", "LastName"]),
        ("clients", {"nom": few("Roy"), "prenom": many("A")}, ["prenom", "nom"]),
        ("employees", {"EMP_FNAME": many("a"), "EMP_LNAME": many("b")}, ["EMP_FNAME", "EMP_LNAME"]),
        ("shops", {"label": many("x"), "shop_name": many("y")}, ["shop_name"]),
        ("shops", {"label": many("x"), "shop_name": few("a", "b")}, ["label"]),
        ("orders", {"ship_name": many("a"), "postal_code": many("1")}, []),
        ("invoices", {"billing_email": many("a"), "phone": many("1")}, []),
        ("sites", {"description": many("a"), "street": many("b")}, ["description"]),
        ("sites", {"description": [text * 40 for text in many("long")]}, []),
        ("service_types", {"service_type_name": many("a")}, ["service_type_name"]),
        ("jobs", {"job_title": many("a")}, ["job_title"]),
        ("vehicles", {"colour": many("a"), "plate": many("B-X")}, ["plate"]),
        ("vehicles", {"plate": [text * 9 for text in many("B-X")]}, []),
        ("tickets", {"status": many("a"), "url": many("https://x")}, []),
        ("countries", {"country": many("a"), "continent": many("b")}, ["country"]),
        ("addresses", {"address": many("a"), "phone": many("b")}, []),
        ("players", {"nameFirst": few("Jo"), "nameLast": few("Roe")}, ["nameFirst", "nameLast"]),
        ("users", {"nickname": many("a"), "name": many("b")}, ["name"]),
        ("songs", {"name": [f"Song {n % 930}" for n in range(1_000)]}, ["name"]),
        ("songs", {"name": [f"Song {n % 890}" for n in range(1_000)]}, []),
    ],
)
def test_a_row_is_called_by_what_tells_it_apart(
    table: str, values: Values, named: list[str]
) -> None:
    assert _planned(table, values).row_name == named


def test_without_values_the_words_decide() -> None:
    table = _table("clinics", {"city": [], "clinic_name": []})
    spec = plan_app(SourceSchema(tables=(table,)), name="Clinics app", imported=False)
    assert spec.tables[0].row_name == ["clinic_name"]


def test_the_name_of_a_row_of_another_table_names_no_row() -> None:
    values = {"patient_name": many("a")}
    tables = {
        "patients": (_table("patients", {"code": many("b")}), {"code": many("b")}),
        "letters": (_table("letters", values), values),
    }
    assert find_table(_plan(tables), "letters").row_name == []


def test_beside_a_key_stands_the_relation_with_the_most_different_named_rows() -> None:
    clinics = {"name": ["North", "South"]}
    patients = {"name": many("Patient")}
    visits = {
        "clinic_id": [1 + n % 2 for n in range(40)],
        "patient_id": list(range(1, 41)),
        "visited_on": many("2024"),
    }
    keys = (
        ForeignKey(columns=("clinic_id",), target_table="clinics", target_columns=("id",)),
        ForeignKey(columns=("patient_id",), target_table="patients", target_columns=("id",)),
    )
    kinds = {"clinic_id": ColumnType.INTEGER, "patient_id": ColumnType.INTEGER}
    spec = _plan(
        {
            "clinics": (_table("clinics", clinics), clinics),
            "patients": (_table("patients", patients), patients),
            "visits": (_table("visits", visits, *keys, **kinds), visits),
        }
    )
    visit = find_table(spec, "visits")
    assert (visit.row_name, visit.beside) == ([], "patient_id")
    assert find_table(spec, "clinics").beside is None


def test_beside_a_key_stands_a_date_if_the_row_refers_to_none() -> None:
    values = {"note": few("a"), "taken_on": few("2024-01-01")}
    planned = _planned("readings", values, taken_on=ColumnType.DATE)
    assert (planned.singular, planned.beside) == ("Reading", "taken_on")


@pytest.mark.parametrize(("codes", "named"), [("P00{}", ["code"]), ("{}", [])])
def test_a_key_that_is_a_short_text_needs_the_singular_before_it(
    codes: str, named: list[str]
) -> None:
    key = ColumnInfo(
        name="code", type=ColumnType.TEXT, nullable=False, primary_key=True, unique=True
    )
    table = TableInfo(name="permits", columns=(key,), primary_key=("code",), row_count=40)
    schema = SourceSchema(tables=(table,))
    source = MemorySource(schema, {"permits": [(codes.format(n),) for n in range(40)]})
    spec = plan_app(schema, name="Called rows", imported=False, source=source)
    assert spec.tables[0].row_name == named


NAMES = st.sampled_from(
    [
        *("name", "title", "label", "description", "code", "email", "ship_name", "status", "Nr"),
        *("nom", "customer_name", "phone", "thing_name", "zip", "serial_no", "txt", "surname"),
    ]
)
COLUMNS = st.dictionaries(
    NAMES, st.lists(st.text("ab", max_size=3) | st.none(), min_size=12, max_size=12), min_size=1
)


@given(COLUMNS)
def test_no_row_is_called_by_values_that_repeat_and_only_by_what_is_shown(values: Values) -> None:
    planned = _planned("things", values)
    shown = {field.column for field in planned.fields if not field.hidden}
    assert shown.issuperset(planned.row_name)
    assert planned.beside in (None, *shown)
    for column in planned.row_name:
        assert len(set(values[column])) == len(values[column])
