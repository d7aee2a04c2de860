"""What a look at the rows of a table tells, and when it tells of all of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from proto_ddf.generator.planning.column_profile import SCAN_ROWS, read_profiles
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, TableInfo


class Rows:
    """A source of so many rows, of which only those are of use."""

    def __init__(self, count: int) -> None:
        self._count = count

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        for start in range(0, self._count, batch):
            yield [("ab"[at % 2],) for at in range(start, min(start + batch, self._count))]


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
