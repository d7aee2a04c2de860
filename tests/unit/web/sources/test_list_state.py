"""The state of the list of sources, on a real store."""

import pytest

from proto_ddf.db import engine
from proto_ddf.db.tables import AppRecord
from proto_ddf.sources.connected import store
from proto_ddf.web.shared.state import live
from proto_ddf.web.sources.list_state import SourcesState
from tests.unit.web.states import run, state_of


class TestList:
    def test_each_source_is_reported_with_its_size_and_its_apps(
        self, saved: store.SourceView, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with engine.session() as db:
            db.add(AppRecord(slug="little", name="Little app", source_id=saved.id))
            db.commit()
        looks = iter([True, False])
        monkeypatch.setattr(live, "is_connected", lambda state: next(looks))
        state = state_of(SourcesState)
        run(state, "follow")

        assert state.loaded
        [row] = state.rows
        assert (row.name, row.kind, row.table_count, row.row_count) == ("Shop", "sqlite", 2, 120)
        assert row.apps == ["Little app"]

    def test_a_list_that_cannot_be_read_is_reported_and_can_be_tried_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store, "list_sources", broken)
        state = state_of(SourcesState)
        state.load()
        run(state, "follow")

        assert state.error_shown
        assert state.error_context["retry_possible"]
        assert state._retry_handler == "follow"
