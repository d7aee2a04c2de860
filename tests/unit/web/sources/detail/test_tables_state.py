"""The page of a source with tables whose rows were estimated, and their comments."""

from typing import Any

import pytest

from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, SourceSchema, TableInfo
from proto_ddf.web.sources.detail.preview_state import PreviewState
from proto_ddf.web.sources.detail.state import _table_rows
from proto_ddf.web.sources.list_state import shown_rows, source_row


def table(rows: int = 0, *, estimated: bool = False, **more: Any) -> TableInfo:
    return TableInfo(
        name="orders",
        columns=(ColumnInfo(name="id", type=ColumnType.INTEGER, comment="Number of the order"),),
        row_count=rows,
        row_count_estimated=estimated,
        **more,
    )


def view_of(*tables: TableInfo) -> SourceView:
    return SourceView(
        id="1",
        name="Shop",
        kind="postgresql",
        kind_label="PostgreSQL",
        config={},
        schema=SourceSchema(tables=tables),
        created_at="",
        updated_at="",
        apps=[],
        found=None,
    )


@pytest.mark.parametrize(
    ("rows", "shown"),
    [(0, 0), (7, 7), (99, 99), (123, 120), (994_825, 990_000), (1_234_567, 1_200_000)],
)
def test_an_estimate_shows_the_digits_it_may_know(rows: int, shown: int) -> None:
    assert shown_rows(table(rows, estimated=True)) == shown
    assert shown_rows(table(rows)) == rows


def test_a_source_with_an_estimate_in_it_has_about_so_many_rows() -> None:
    row = source_row(view_of(table(5), table(994_825, estimated=True)))
    assert (row.row_count, row.rows_estimated) == (990_005, True)
    assert not source_row(view_of(table(5))).rows_estimated


def test_what_the_source_says_about_tables_and_columns_is_there() -> None:
    [row] = _table_rows(view_of(table(12_345, estimated=True, comment="All orders")))
    assert (row.comment, row.row_count, row.estimated) == ("All orders", 12_000, True)
    assert [column.comment for column in row.columns] == ["Number of the order"]


@pytest.mark.parametrize(
    ("total", "at_least", "pages"), [(100, False, 2), (100, True, 3), (101, True, 3), (0, False, 1)]
)
def test_beyond_what_was_counted_there_is_one_more_page(
    total: int, at_least: bool, pages: int
) -> None:
    state: Any = PreviewState()
    state.total, state.at_least = total, at_least
    assert state.page_count == pages
