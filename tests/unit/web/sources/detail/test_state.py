"""The state of a source's page, on a real store and real files."""

from typing import Any

import pytest

from proto_ddf.sources.connected import store
from proto_ddf.sources.schema.column_types import ChosenType
from proto_ddf.sources.schema.model import OddText, SourceSchema, TypeCandidate
from proto_ddf.web.sources.detail import state as detail_state
from proto_ddf.web.sources.detail.state import TYPED_NAME, SourceDetailState
from tests.unit.web.sources.states import open_address, operation, script_of
from tests.unit.web.states import run, state_of


class TestDetail:
    @pytest.fixture
    def detail(
        self, saved: store.SourceView, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> Any:
        state = state_of(SourceDetailState)
        open_address(state, f"/sources/{saved.id}")
        run(state, "load")
        return state

    def test_its_tables_are_reported_with_columns_keys_and_counts(self, detail: Any) -> None:
        assert detail.known == "yes"
        tables = {table.name: table for table in detail.tables}
        assert tables["item"].row_count == 120
        columns = {column.name: column for column in tables["item"].columns}
        assert columns["id"].primary_key
        assert columns["name"].unique
        assert columns["name"].required
        assert tables["bare"].columns[0].references == "item.id"

    def test_an_unknown_id_is_reported_without_an_error(self, started: list[Any]) -> None:
        state = state_of(SourceDetailState)
        open_address(state, "/sources/nothing")
        run(state, "load")
        assert state.known == "no"
        assert not state.error_message

    def test_a_rename_is_seen_at_once(self, detail: Any) -> None:
        detail.start_renaming()
        run(detail, "rename", detail.source.id, {TYPED_NAME: "  Corner shop "})
        assert detail.source.name == "Corner shop"
        assert not detail.renaming
        assert store.get_source(detail.source.id).name == "Corner shop"

    def test_an_invalid_name_is_reported_in_the_open_dialog(self, detail: Any) -> None:
        detail.start_renaming()
        run(detail, "rename", detail.source.id, {TYPED_NAME: " "})
        assert detail.renaming
        assert detail.field_errors["name"]
        assert detail.source.name == "Shop"

    def test_refresh_and_delete_are_operations(self, detail: Any, started: list[Any]) -> None:
        run(detail, "refresh", detail.source.id)
        run(detail, "delete", detail.source.id)
        assert [(kind, given.source_id) for kind, given in started] == [
            ("refresh_source", detail.source.id),
            ("delete_source", detail.source.id),
        ]

    def test_a_type_is_chosen_by_an_operation(self, detail: Any, started: list[Any]) -> None:
        run(detail, "choose_type", "item", "name", "integer")
        run(detail, "choose_type", "item", "name", "")
        run(detail, "choose_type", "item", "name", "nonsense")
        assert [(kind, given.table, given.column, given.type) for kind, given in started] == [
            ("type_column", "item", "name", "integer"),
            ("type_column", "item", "name", None),
        ]

    def test_an_offered_type_is_accepted_with_what_it_means(
        self, detail: Any, started: list[Any]
    ) -> None:
        """A candidate is read from the source, not from the tab."""
        known = store.get_source(detail.source.id)
        candidates = [
            TypeCandidate(
                type=ChosenType.INTEGER,
                odd=(
                    OddText(text="-", count=2, row=7, value=None),
                    OddText(text="1.0", count=1, row=1_009, value="1"),
                ),
                odd_count=5,
                empty=("-",),
            ),
            TypeCandidate(type=ChosenType.DATE_DAY_FIRST),
        ]
        (item,) = [table for table in known.schema.tables if table.name == "item"]
        columns = [
            column.model_copy(update={"type_candidates": tuple(candidates)})
            if column.name == "name"
            else column
            for column in item.columns
        ]
        schema = SourceSchema(tables=(item.model_copy(update={"columns": tuple(columns)}),))
        store.save_source(known.name, known.kind, known.config, schema, known.id)
        run(detail, "load")
        (row,) = [column for column in detail.tables[0].columns if column.name == "name"]
        assert [(candidate.type, candidate.words, candidate.odd, candidate.button) for candidate in row.candidates] == [
            (
                "integer",
                "5 different texts are written otherwise:",
                [
                    "“-” becomes empty (2 times, first in row 7)",
                    "“1.0” is read as 1 (once in row 1,009)",
                    "and 3 more, all of which can be read",
                ],
                "Make it integer",
            ),
            ("date_day_first", "Its texts could be read as this:", [], "Make it date, day first (31/12/2024)"),
        ]  # fmt: skip
        run(detail, "accept_candidate", detail.source.id, "item", "name", "integer")
        run(detail, "accept_candidate", detail.source.id, "item", "name", "float")
        run(detail, "accept_candidate", detail.source.id, "item", "nothing", "integer")
        assert [
            (kind, given.table, given.column, given.type, given.empty) for kind, given in started
        ] == [("type_column", "item", "name", "integer", ["-"])]

    def test_nothing_starts_while_an_operation_on_it_runs(
        self, detail: Any, started: list[Any]
    ) -> None:
        detail._show_operation(operation("refresh_source", "running"))
        run(detail, "delete", detail.source.id)
        assert started == []

    def test_a_deleted_source_leads_back_to_the_list(self, detail: Any) -> None:
        detail._show_operation(operation("delete_source", "succeeded"))
        events = detail._operation_ended()
        assert any("/sources" in script_of(event) for event in events)

    def test_a_failed_refresh_is_shown_again_on_a_later_visit(
        self, detail: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = operation("refresh_source", "failed")
        failed.finished_at = "2999-01-01T00:00:00+00:00"
        monkeypatch.setattr(detail_state.service, "last_for", lambda subject: failed)
        events = run(detail, "load")
        assert any("op1" in script_of(event) for event in events)
