"""Real data: 336,776 flights with NA values, and four smaller files; one of the five is zipped."""

from pathlib import Path

import pytest

from proto_ddf.settings import get_settings
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.key_suggestions import suggest_relations
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import ColumnType, SourceSchema


@pytest.fixture(scope="module")
def flights(
    flights_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> FilesSource:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(tmp_path_factory.mktemp("flights-home")))
        get_settings.cache_clear()
        source = FilesSource(CSV, [path.resolve() for path in flights_files.values()])
        source.read_schema()
        yield source
    get_settings.cache_clear()


@pytest.fixture
def schema(flights: FilesSource) -> SourceSchema:
    return suggest_relations(flights, flights.read_schema())


def test_all_rows_are_read_and_have_types(schema: SourceSchema) -> None:
    assert {table.name: table.row_count for table in schema.tables} == {
        "airlines": 16, "airports": 1_458, "flights": 336_776, "planes": 3_322, "weather": 26_115,
    }  # fmt: skip
    table = schema.table("flights")
    departure = table.column("dep_time")
    assert (departure.type, departure.nullable) == (ColumnType.INTEGER, True)
    assert table.column("time_hour").type is ColumnType.DATETIME
    assert table.column("tailnum").type is ColumnType.TEXT
    assert schema.table("weather").column("temp").type is ColumnType.FLOAT
    assert schema.table("planes").column("speed").type is ColumnType.INTEGER


def test_keys_and_relations_are_suggested(schema: SourceSchema) -> None:
    assert {table.name: table.primary_key for table in schema.tables} == {
        "airlines": ("carrier",), "airports": ("faa",), "flights": (), "planes": ("tailnum",),
        "weather": (),
    }  # fmt: skip
    relations = {
        (table.name, *key.columns): (key.target_table, *key.target_columns)
        for table in schema.tables
        for key in table.foreign_keys
    }
    assert relations == {
        ("flights", "carrier"): ("airlines", "carrier"),
        ("flights", "tailnum"): ("planes", "tailnum"),
        ("flights", "origin"): ("airports", "faa"),
        ("flights", "dest"): ("airports", "faa"),
        ("weather", "origin"): ("airports", "faa"),
    }


def test_missing_departures_are_null(flights: FilesSource) -> None:
    page = flights.preview(PageRequest("flights", sort="dep_time", offset=336_775 - 8_255, limit=2))
    assert [row[3] is None for row in page.rows] == [False, True]


def test_rows_are_complete_and_have_types(flights: FilesSource) -> None:
    distance = sum(row[15] for batch in flights.rows("flights") for row in batch)
    assert distance == 350_217_607
