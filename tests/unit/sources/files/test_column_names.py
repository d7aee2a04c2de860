from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.format import unique_names


def test_empty_and_repeated_headers_are_numbered() -> None:
    header = ["id", "", "name", "Name", " name ", "name_2", ""]
    assert unique_names(header) == (
        "id", "column_2", "name", "Name_2", "name_3", "name_2_2", "column_7",
    )  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.text(max_size=10), max_size=12))
def test_headers_become_unique_whatever_their_case(header: list[str]) -> None:
    names = unique_names(header)
    assert len(names) == len(header)
    assert all(names)
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("flights.csv", "flights"),
        ("Order Items (2024).CSV", "order_items_2024"),
        ("flights.csv.zip", "flights"),
        ("Städte.tsv", "städte"),
        ("---.csv", "table"),
        (".csv", "table"),
        ("data.v2.csv", "data_v2"),
    ],
)
def test_a_table_is_named_after_its_file(filename: str, expected: str) -> None:
    assert CSV.table_name(Path(filename)) == expected
