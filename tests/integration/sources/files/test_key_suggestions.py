from collections.abc import Callable, Iterable

import pytest

from proto_ddf.sources.files.key_suggestions import suggest_relations
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.sqlite.source import SqliteSource

MakeSource = Callable[..., FilesSource]


def lines(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def suggested(source: FilesSource) -> dict[str, list[tuple[str, str, str]]]:
    schema = suggest_relations(source, source.read_schema())
    assert all(key.suggested for table in schema.tables for key in table.foreign_keys)
    return {
        table.name: [
            (key.columns[0], key.target_table, key.target_columns[0]) for key in table.foreign_keys
        ]
        for table in schema.tables
    }


def test_a_column_named_after_a_table_refers_to_its_key(csv_source: MakeSource) -> None:
    source = csv_source(
        customers=lines("id,name", *(f"{n},c{n}" for n in range(1, 30))),
        orders=lines("id,customer_id,count", *(f"{n},{n % 29 + 1},{n % 5}" for n in range(1, 90))),
    )
    assert suggested(source) == {"customers": [], "orders": [("customer_id", "customers", "id")]}
    schema = suggest_relations(source, source.read_schema())
    key = schema.table("orders").column("id")
    assert (schema.table("orders").primary_key, key.primary_key, key.unique) == (
        ("id",),
        True,
        True,
    )


def test_values_alone_suggest_a_relation_of_text_columns(csv_source: MakeSource) -> None:
    source = csv_source(
        airports=lines("faa,city", *(f"A{n:02},x" for n in range(50))),
        trips=lines("n,start", *(f"1,A{n % 40:02}" for n in range(400))),
        others=lines("n,start", *(f"1,B{n % 40:02}" for n in range(400))),
    )
    assert suggested(source)["trips"] == [("start", "airports", "faa")]
    assert suggested(source)["others"] == []


def test_without_a_matching_name_nearly_all_values_must_be_found(csv_source: MakeSource) -> None:
    def trips(strangers: int) -> list[tuple[str, str, str]]:
        values = [f"A{n:03}" for n in range(100 - strangers)] + [f"Z{n}" for n in range(strangers)]
        source = csv_source(
            airports=lines("faa,city", *(f"A{n:03},x" for n in range(100))),
            trips=lines("n,start", *(f"1,{value}" for value in values * 2)),
        )
        return suggested(source)["trips"]

    assert trips(strangers=5) == [("start", "airports", "faa")]
    assert trips(strangers=6) == []


def test_small_numbers_match_by_accident_and_are_not_suggested(csv_source: MakeSource) -> None:
    source = csv_source(
        customers=lines("id,name", *(f"{n},c{n}" for n in range(1, 3_000))),
        sales=lines("day,amount", *(f"2024-01-01,{n % 900 + 1}" for n in range(2_000))),
    )
    assert suggested(source)["sales"] == []


def test_large_scattered_numbers_are_suggested(csv_source: MakeSource) -> None:
    source = csv_source(
        customers=lines("number,name", *(f"{n * 7919 + 10_000_000},c{n}" for n in range(500))),
        sales=lines(
            "day,buyer", *(f"2024-01-01,{(n % 300) * 7919 + 10_000_000}" for n in range(900))
        ),
    )
    assert suggested(source)["sales"] == [("buyer", "customers", "number")]


def test_one_letter_or_one_value_is_no_evidence(csv_source: MakeSource) -> None:
    source = csv_source(
        grades=lines("code,label", "A,good", "B,fair", "C,poor"),
        tests=lines("kind,mark,zone", *(f"x,{mark},GB" for mark in "ABCABC")),
        areas=lines("code,label", "GB,Britain", "FR,France"),
    )
    assert suggested(source)["tests"] == []


def test_types_must_agree(csv_source: MakeSource) -> None:
    source = csv_source(
        customers=lines("id,name", "k1,Ann", "k2,Bob"),
        orders=lines("id,customer_id", "1,1", "2,2"),
    )
    assert suggested(source)["orders"] == []


def test_a_relation_to_the_same_table_is_suggested(csv_source: MakeSource) -> None:
    source = csv_source(categories=lines("id,parent_id,name", "1,,a", "2,1,b", "3,1,c"))
    assert suggested(source) == {"categories": [("parent_id", "categories", "id")]}


def test_a_table_without_a_column_like_a_key_has_no_key(csv_source: MakeSource) -> None:
    source = csv_source(
        sales=lines("name,amount,when", "x,10,2024-01-01", "y,11,2024-01-02", "z,12,2024-01-03")
    )
    assert suggest_relations(source, source.read_schema()).tables[0].primary_key == ()


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (["AA", "9E", "B6"], True),
        (["N10156", "N102UW"], True),
        (["KARI", "OLA", "LIV"], False),
        (["Kari1", "Ola2"], False),
        (["Q1", "Q2"], False),
        (["2024W01", "2024W02"], False),
        (["2024-01", "2024-02"], False),
        (["12KG", "15KG"], False),
        (["BLUE 1", "RED 2"], False),
        (["12", "15"], False),
    ],
)
def test_a_first_column_of_codes_is_a_key_whatever_its_name(
    csv_source: MakeSource, values: list[str], key: bool
) -> None:
    """Names, dates, measures and numbers are no keys, even if no value occurs twice."""
    source = csv_source(t=lines("thing,x", *(f"{value},1" for value in values)))
    (table,) = suggest_relations(source, source.read_schema()).tables
    assert table.primary_key == (("thing",) if key else ())


@pytest.mark.parametrize(
    "name",
    [
        "version", "Version", "release", "model", "size", "shoe size", "grade", "class", "level", "time", "Date", "week",
        "period", "city", "country", "category", "type", "status", "name", "room", "seat", "row",
    ],
)  # fmt: skip
def test_codes_that_are_called_names_dates_measures_or_sorts_are_no_key(
    csv_source: MakeSource, name: str
) -> None:
    """V1, V2: the next row may have the same version."""
    source = csv_source(t=lines(f"{name},x", "V1,1", "V2,1"))
    assert suggest_relations(source, source.read_schema()).tables[0].primary_key == ()


def test_declared_relations_are_not_changed(sqlite_source: Callable[[str], SqliteSource]) -> None:
    source = sqlite_source(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY); CREATE TABLE orders (customer_id INTEGER)"
    )
    schema = source.read_schema()
    assert suggest_relations(source, schema) is schema


@pytest.mark.parametrize(
    ("ids", "key"),
    [
        (range(20_000), True),
        (range(20_000, 0, -1), True),
        ([*range(20_000), 7], False),
        ([*range(20_000), 19_999], False),
        ([f"k{n:05}" for n in range(20_000)], True),
        ([f"k{n}" for n in range(20_000)], True),
        ([*(f"k{n:05}" for n in range(20_000)), "k00007"], False),
    ],
    ids=["up", "down", "one again", "the last again", "texts up", "texts", "a text again"],
)
def test_a_key_is_unique_in_all_rows_whatever_their_order(
    csv_source: MakeSource, ids: Iterable[object], key: bool
) -> None:
    source = csv_source(t="\n".join(["id,n", *(f"{each},1" for each in ids)]).encode())
    (table,) = suggest_relations(source, source.read_schema()).tables
    assert table.primary_key == (("id",) if key else ())
