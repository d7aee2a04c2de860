"""What a look at the rows of a table tells, and when it tells of all of them."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from proto_ddf.generator.planning.column_profile import (
    BUDGET,
    FEWEST_ROWS,
    SCAN_ROWS,
    SCAN_VALUES,
    ColumnProfile,
    read_profiles,
)
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, TableInfo


class Rows:
    """A source of so many rows, of which only those are of use."""

    def __init__(self, count: int, values: Sequence[Any] = "ab") -> None:
        self._count = count
        self._values = values

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        values = self._values
        for start in range(0, self._count, batch):
            end = min(start + batch, self._count)
            yield [(values[at % len(values)],) for at in range(start, end)]


def profile_of(values: Sequence[Any], kind: ColumnType = ColumnType.TEXT) -> ColumnProfile:
    column = ColumnInfo(name="mark", type=kind)
    table = TableInfo(name="t", columns=(column,), row_count=len(values))
    source: Any = Rows(len(values), values)
    return read_profiles(source, [table])["t"]["mark"]


@pytest.mark.parametrize(
    ("held", "counted", "estimated", "complete"),
    [
        (10, 10, False, True),
        (10, 0, True, True),
        (SCAN_ROWS, SCAN_ROWS, False, True),
        (2 * SCAN_ROWS, 2 * SCAN_ROWS, False, False),
        (2 * SCAN_ROWS, 0, True, False),
        (2 * SCAN_ROWS, SCAN_ROWS // 2, True, False),
    ],
)
def test_rows_beyond_those_read_are_not_denied(
    held: int, counted: int, estimated: bool, complete: bool
) -> None:
    column = ColumnInfo(name="mark", type=ColumnType.TEXT, db_type="text")
    table = TableInfo(name="t", columns=(column,), row_count=counted, row_count_estimated=estimated)
    found = read_profiles(Rows(held), [table], clock=lambda: 0.0)  # type: ignore[arg-type]
    assert found["t"]["mark"].complete is complete


def test_distinct_values_are_counted_beyond_those_that_are_kept() -> None:
    profile = profile_of([f"name {number // 2}" for number in range(6_000)])
    assert (profile.distinct, profile.values) == (3_000, None)
    assert not profile.nearly_unique


@pytest.mark.parametrize(
    ("values", "unique"),
    [
        ([f"name {number}" for number in range(100)], True),
        ([*(f"name {number}" for number in range(95)), *["again"] * 5], True),
        ([*(f"name {number}" for number in range(93)), *["again"] * 7], False),
        ([*(f"name {number}" for number in range(93)), *[None] * 7], False),
        ([None, None], False),
    ],
)
def test_a_column_is_nearly_unique_by_the_share_of_rows(values: list[Any], unique: bool) -> None:
    assert profile_of(values).nearly_unique is unique


def test_the_lengths_are_those_of_texts() -> None:
    profile = profile_of([*[""] * 6_000, "three", "12345678"])
    assert (profile.shortest, profile.longest) == (0, 8)
    assert profile_of([1, 22], ColumnType.INTEGER).longest == 0


@pytest.mark.parametrize(
    ("columns", "read"),
    [(1, SCAN_ROWS), (1_000, SCAN_VALUES // 1_000), (20_000, FEWEST_ROWS)],
)
def test_how_many_rows_are_read_depends_on_the_schema(columns: int, read: int) -> None:
    wide = TableInfo(
        name="wide",
        columns=tuple(
            ColumnInfo(name=f"c{number}", type=ColumnType.TEXT) for number in range(columns - 1)
        ),
    )
    narrow = TableInfo(name="narrow", columns=(ColumnInfo(name="c", type=ColumnType.TEXT),))

    class Tables(Rows):
        def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
            return super().rows(table, batch) if table == "narrow" else iter(())

    source: Any = Tables(2 * SCAN_ROWS)
    assert read_profiles(source, [wide, narrow])["narrow"]["c"].rows == read


def test_a_table_is_profiled_by_all_of_its_sample_or_not_at_all() -> None:
    table = TableInfo(name="t", columns=(ColumnInfo(name="c", type=ColumnType.TEXT),))
    moments = iter([0.0, 0.0, BUDGET + 1])
    source: Any = Rows(2 * SCAN_ROWS)
    assert read_profiles(source, [table], clock=lambda: next(moments)) == {"t": {}}
