"""The state of the connect form, on a real store and real files."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.errors import IntegrationError, describe
from proto_ddf.operations.kinds.source_inputs import ConnectSourceInput, TestSourceInput
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.web.sources.connect import state as connect_state
from proto_ddf.web.sources.connect import submit
from proto_ddf.web.sources.connect.draft import load_draft
from proto_ddf.web.sources.connect.state import NewSourceState
from tests.unit.web.sources.states import PATH, PATHS, open_address, operation, script_of
from tests.unit.web.states import run, state_of


class TestForm:
    def test_nothing_starts_while_the_form_is_wrong_and_every_fault_stands_at_its_field(
        self, started: list[Any]
    ) -> None:
        state = state_of(NewSourceState)
        [focus] = run(state, "connect")

        assert started == []
        assert state.field_errors["name"]
        assert state.field_errors["path"]
        assert not state.error_shown
        assert "source-name" in script_of(focus)

    def test_a_test_needs_no_name(self, started: list[Any], shop: Path) -> None:
        state = state_of(NewSourceState)
        state.set_value(PATH, f" {shop} ")
        run(state, "test_connection")

        assert started == [
            ("test_source", TestSourceInput(kind="sqlite", config={"path": str(shop)}))
        ]
        assert load_draft(state.draft).operation_id == "op1"

    @pytest.mark.parametrize("what", ["test_connection", "connect"])
    def test_a_change_that_comes_late_does_not_hide_an_operation_that_was_started(
        self, started: list[Any], shop: Path, monkeypatch: pytest.MonkeyPatch, what: str
    ) -> None:
        """Under load, events of uploads and secrets came after the operation was started: the page showed nothing."""
        view = operation("test_source", "pending")
        monkeypatch.setattr(connect_state.service, "view", lambda _id: view)
        state = state_of(NewSourceState)
        state.set_name("My shop")
        late = state.add_file(PATH, "shop.db", str(shop), 100)
        run(state, what)
        assert state.operation.id == "op1"
        assert "watch_operation" not in str(late)
        state.set_value(PATH, str(shop))
        assert state.operation.id == "op1"
        assert load_draft(state.draft).operation_id == "op1"

    def test_connect_hands_over_what_the_form_holds(self, started: list[Any], shop: Path) -> None:
        state = state_of(NewSourceState)
        state.set_name("  My shop ")
        state.add_file(PATH, "shop.db", str(shop), 100)
        run(state, "connect")

        [(kind, given)] = started
        assert kind == "connect_source"
        assert given == ConnectSourceInput(
            name="My shop", kind="sqlite", config={"path": str(shop)}
        )

    def test_a_taken_name_is_reported_at_the_name(
        self, started: list[Any], saved: store.SourceView, shop: Path
    ) -> None:
        state = state_of(NewSourceState)
        state.set_name("shop")
        state.set_value(PATH, str(shop))
        run(state, "connect")

        assert started == []
        assert "Shop" in state.field_errors["name"]
        assert not state.field_errors.get("path")

    def test_a_path_outside_the_allowed_folders_is_reported_at_the_path(
        self, started: list[Any]
    ) -> None:
        state = state_of(NewSourceState)
        state.set_value(PATH, "/etc/passwd")
        run(state, "test_connection")

        assert started == []
        assert "outside" in state.field_errors["path"]

    def test_a_start_that_fails_is_reported_and_can_be_tried_again(
        self, shop: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: Any) -> str:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(submit.service, "start", full)
        state = state_of(NewSourceState)
        state.set_value(PATH, str(shop))
        run(state, "test_connection")

        assert state.error_shown
        assert state._retry_handler == "test_connection"
        assert state.starting == ""
        assert state.values[PATH] == str(shop)

    def test_a_second_click_starts_nothing_while_the_first_runs(
        self, started: list[Any], shop: Path
    ) -> None:
        state = state_of(NewSourceState)
        state.set_value(PATH, str(shop))
        state._show_operation(operation("test_source", "running"))
        run(state, "test_connection")

        assert started == []

    def test_a_start_waits_for_the_files_that_are_being_sent(
        self, started: list[Any], shop: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = state_of(NewSourceState)
        state.set_kind("csv")
        state.set_uploading(PATHS, True)

        async def arrive(seconds: float) -> None:
            assert started == []
            state.add_file(PATHS, "a.csv", str(shop), 1)
            state.set_uploading(PATHS, False)

        monkeypatch.setattr(connect_state.asyncio, "sleep", arrive)
        run(state, "test_connection")
        config = {"paths": [str(shop)], "encoding": "auto"}
        assert started == [("test_source", TestSourceInput(kind="csv", config=config))]

    def test_nothing_starts_when_the_file_that_was_waited_for_is_not_taken(
        self, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = state_of(NewSourceState)
        state.set_uploading(PATH, True)

        async def fail(seconds: float) -> None:
            state.refuse_file(PATH, "The disk is full.")
            state.set_uploading(PATH, False)

        monkeypatch.setattr(connect_state.asyncio, "sleep", fail)
        run(state, "test_connection")
        assert started == []
        assert state.field_errors["path"] == "The disk is full."
        assert not state.working

    def test_a_failed_operation_marks_and_focuses_its_field_and_loses_nothing(
        self, shop: Path
    ) -> None:
        state = state_of(NewSourceState)
        state.set_kind("csv")
        state.add_file(PATHS, "people.csv", str(shop), 10)
        error = IntegrationError("x", "csv", "read", code="file_empty", path="people.csv")
        state._show_operation(operation("test_source", "failed", error=describe(error)))
        focus = state._operation_ended()

        assert "people.csv" in state.field_errors["paths"]
        assert f"{PATHS}-upload" in script_of(focus)
        assert [file.name for file in state.files[PATHS]] == ["people.csv"]

    def test_an_edit_takes_back_what_a_test_found(self, shop: Path) -> None:
        state = state_of(NewSourceState)
        state._show_operation(operation("test_source", "succeeded"))
        state.set_value(PATH, str(shop))

        assert state.operation.id == ""

    def test_a_saved_source_is_opened_and_the_draft_is_gone(self) -> None:
        state = state_of(NewSourceState)
        state.set_name("Shop")
        output = {"save": {"source_id": "abc"}}
        state._show_operation(operation("connect_source", "succeeded", output=output))
        event = state._operation_ended()

        assert "/sources/abc" in script_of(event)
        assert state.draft == ""

    def test_the_draft_comes_back_after_a_reload(self) -> None:
        before = state_of(NewSourceState)
        before.set_kind("csv")
        before.set_name("Flights")
        before.set_value(PATHS, "/a.csv\n/b.csv")
        after = state_of(NewSourceState)
        after.draft = before.draft
        asyncio.run(after.load())

        assert (after.kind, after.name) == ("csv", "Flights")
        assert after.values[PATHS] == "/a.csv\n/b.csv"

    def test_what_is_typed_while_the_page_loads_is_not_written_over(self) -> None:
        state = state_of(NewSourceState)
        root = state._get_root_state()
        root.get_delta()
        root._clean()
        asyncio.run(state.load())
        sent = {key for part in root.get_delta().values() for key in part}
        assert not {key for key in sent if key.startswith(("kind", "name", "values", "files"))}

    def test_a_source_is_edited_in_the_form_and_saved_as_itself(
        self, started: list[Any], saved: store.SourceView, shop: Path
    ) -> None:
        state = state_of(NewSourceState)
        state.draft = "kept"
        open_address(state, f"/sources/new?source={saved.id}")
        asyncio.run(state.load())
        assert (state.name, state.values[PATH]) == ("Shop", str(shop))

        state.set_name("Corner shop")
        run(state, "connect")
        [(_, given)] = started
        assert (given.source_id, given.name) == (saved.id, "Corner shop")
        assert state.draft == "kept"

    def test_an_edit_survives_a_reload(self, saved: store.SourceView) -> None:
        before = state_of(NewSourceState)
        open_address(before, f"/sources/new?source={saved.id}")
        asyncio.run(before.load())
        before.set_value(PATH, "other.db")
        after = state_of(NewSourceState)
        after.edit_draft = before.edit_draft
        open_address(after, f"/sources/new?source={saved.id}")
        asyncio.run(after.load())
        assert after.values[PATH] == "other.db"

    def test_editing_an_unknown_source_leads_to_its_page_that_says_so(self) -> None:
        state = state_of(NewSourceState)
        open_address(state, "/sources/new?source=nothing")
        assert "/sources/nothing" in script_of(asyncio.run(state.load()))

    def test_changing_the_kind_keeps_what_the_other_kind_holds(self) -> None:
        state = state_of(NewSourceState)
        state.set_value(PATH, "/a.db")
        state.set_kind("csv")
        state.set_kind("sqlite")
        assert state.values[PATH] == "/a.db"

    @pytest.mark.parametrize("kind", ["", "postgres", "__class__"])
    def test_a_kind_that_does_not_exist_is_not_taken(self, kind: str) -> None:
        state = state_of(NewSourceState)
        state.set_kind(kind)
        assert state.kind == "sqlite"

    def test_fields_that_do_not_exist_are_not_taken(self) -> None:
        state = state_of(NewSourceState)
        state.set_value("sqlite-other", "x")
        state.add_file("sqlite-other", "a.db", "/a.db", 1)
        state.refuse_file("sqlite-other", "no")
        assert "sqlite-other" not in state.values
        assert "sqlite-other" not in state.files
        assert state.field_errors == {}

    def test_an_uploaded_file_names_a_source_that_has_no_name(self) -> None:
        state = state_of(NewSourceState)
        state.add_file(PATH, "little_shop.db", "/up/1/little_shop.db", 1)
        assert state.name == "Little shop"
        state.add_file(PATH, "big_shop.db", "/up/2/big_shop.db", 1)
        assert state.name == "Big shop"
        state.set_name("Mine")
        state.add_file(PATH, "third.db", "/up/3/third.db", 1)
        assert state.name == "Mine"

    def test_a_second_file_replaces_the_first_where_one_is_taken(self) -> None:
        state = state_of(NewSourceState)
        state.add_file(PATH, "a.db", "/up/1/a.db", 1)
        state.add_file(PATH, "b.db", "/up/2/b.db", 1)
        assert [file.name for file in state.files[PATH]] == ["b.db"]

    def test_a_refused_file_is_reported_at_its_field(self) -> None:
        state = state_of(NewSourceState)
        state.refuse_file(PATH, "too large")
        assert state.field_errors["path"] == "too large"

    def test_a_discarded_upload_is_deleted_unless_a_source_reads_it(
        self, saved: store.SourceView, shop: Path
    ) -> None:
        unwanted = upload_path("unwanted.db")
        unwanted.write_bytes(b"x")
        state = state_of(NewSourceState)
        run(state, "discard_files", [str(unwanted), str(shop)])

        assert not unwanted.exists()
        assert shop.exists()
