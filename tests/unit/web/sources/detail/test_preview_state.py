"""The preview of a source's rows, on real files."""

from pathlib import Path
from typing import Any

import pytest

from proto_ddf.sources.connected import store
from proto_ddf.sources.schema.model import PreviewPage
from proto_ddf.sources.sqlite.source import SqliteSource
from proto_ddf.web.sources.detail.preview_state import CUT_AT, PAGE_SIZE, PreviewState
from tests.unit.web.sources.states import LONG
from tests.unit.web.states import run, state_of


class TestPreview:
    @pytest.fixture
    def preview(self, saved: store.SourceView) -> Any:
        state = state_of(PreviewState)
        state.open_source(saved.id, [table.name for table in saved.schema.tables])
        state.open_table("item")
        run(state, "read_page")
        return state

    def shown(self, preview: Any, column: int = 1) -> list[str]:
        return [row[column].text for row in preview.rows]

    def test_the_first_page_comes_with_the_total(self, preview: Any) -> None:
        assert len(preview.rows) == PAGE_SIZE
        assert (preview.total, preview.page_number, preview.page_count) == (120, 1, 3)
        assert [(cell.name, cell.numeric) for cell in preview.head] == [
            ("id", True),
            ("name", False),
            ("note", False),
        ]

    def test_where_counting_stopped_there_is_a_next_page(
        self, preview: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = ((1, "a"),) * PAGE_SIZE
        page = PreviewPage(columns=("id", "name"), rows=rows, offset=0, total=50, at_least=True)
        monkeypatch.setattr(SqliteSource, "preview", lambda *_, **asked: page)
        run(preview, "read_page")
        assert (preview.total, preview.at_least, preview.page_count) == (50, True, 2)

    def test_null_empty_and_long_values_are_distinguished(self, preview: Any) -> None:
        cells = {preview.rows[row][2].kind: preview.rows[row][2].text for row in range(4)}
        assert set(cells) == {"text", "empty", "cut", "null"}
        assert cells["text"] == "fine"
        assert cells["cut"] == LONG[:CUT_AT]

    def test_a_long_value_is_shown_whole_on_demand(self, preview: Any) -> None:
        preview.turn_page(1)
        run(preview, "read_page")
        row = next(i for i, cells in enumerate(preview.rows) if cells[2].kind == "cut")
        run(preview, "show_whole", row, 2)
        assert preview.whole_shown
        assert (preview.whole_column, preview.whole_text) == ("note", LONG)

    def test_pages_end_at_the_first_and_the_last(self, preview: Any) -> None:
        preview.turn_page(-1)
        assert preview.offset == 0
        preview.turn_page(99)
        run(preview, "read_page")
        assert (preview.offset, preview.last_row, len(preview.rows)) == (100, 120, 20)

    def test_sorting_goes_up_down_and_away(self, preview: Any) -> None:
        preview.sort_by("name")
        preview.sort_by("name")
        run(preview, "read_page")
        assert self.shown(preview)[0] == "item 120"
        preview.sort_by("name")
        assert (preview.sort, preview.descending) == ("", False)

    def test_a_search_starts_at_the_first_page_and_tells_how_many_match(self, preview: Any) -> None:
        preview.turn_page(1)
        preview.set_search("item 11")
        run(preview, "read_page")
        assert (preview.offset, preview.total) == (0, 10)

    def test_names_that_do_not_exist_are_not_taken(self, preview: Any) -> None:
        preview.sort_by("name; drop table item")
        preview.open_table("sqlite_master")
        assert (preview.sort, preview.table) == ("", "item")

    def test_a_table_that_a_client_invented_is_refused(self, preview: Any) -> None:
        preview.open_source(preview.source_id, ["sqlite_master"])
        run(preview, "read_page")
        assert preview.rows == []
        assert preview.error_shown

    def test_a_file_that_is_gone_is_reported_and_can_be_tried_again(
        self, preview: Any, shop: Path
    ) -> None:
        away = shop.with_suffix(".away")
        shop.rename(away)
        run(preview, "read_page")
        assert preview.error_shown
        assert preview.error_context["retry_possible"]

        away.rename(shop)
        run(preview, "read_page")
        assert not preview.error_shown
        assert preview.total == 120

    def test_the_open_table_stays_open_when_the_source_is_read_anew(self, preview: Any) -> None:
        preview.sort_by("name")
        preview.open_source(preview.source_id, ["bare", "item"])
        assert (preview.table, preview.sort) == ("item", "name")
