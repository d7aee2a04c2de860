"""The states of the sources' pages, on a real store and real files."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from reflex.state import State

from proto_ddf.db import engine
from proto_ddf.db.tables import AppRecord
from proto_ddf.errors import IntegrationError, describe
from proto_ddf.operations.kinds.sources import ConnectSourceInput, TestSourceInput
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.sources.schema.column_types import ChosenType
from proto_ddf.sources.schema.model import OddText, PreviewPage, SourceSchema, TypeCandidate
from proto_ddf.sources.sqlite.source import SqliteSource
from proto_ddf.web.shared.state import live
from proto_ddf.web.sources.connect import state as connect_state
from proto_ddf.web.sources.connect import submit
from proto_ddf.web.sources.connect.draft import field_key, load_draft
from proto_ddf.web.sources.connect.state import NewSourceState
from proto_ddf.web.sources.detail import state as detail_state
from proto_ddf.web.sources.detail.preview_state import CUT_AT, PAGE_SIZE, PreviewState
from proto_ddf.web.sources.detail.state import SourceDetailState
from proto_ddf.web.sources.list_state import SourcesState

PATH = field_key("sqlite", "path")
PATHS = field_key("csv", "paths")
LONG = "long text " * 50


@pytest.fixture(autouse=True)
def database(home: Path) -> Iterator[None]:
    engine.migrate()
    yield
    engine.dispose()


@pytest.fixture
def shop(home: Path) -> Path:
    """An uploaded SQLite file: 120 items with a null, an empty and a long text, and an empty table."""
    path = upload_path("shop.db")
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, note TEXT)"
        )
        notes: list[str | None] = [None, "", LONG, "fine"]
        rows = [(number, f"item {number:03}", notes[number % 4]) for number in range(1, 121)]
        db.executemany("INSERT INTO item VALUES (?, ?, ?)", rows)
        db.execute("CREATE TABLE bare (item_id INTEGER REFERENCES item(id))")
    db.close()
    return path


@pytest.fixture
def saved(shop: Path) -> store.SourceView:
    schema = store.make_source("sqlite", {"path": str(shop)}).read_schema()
    return store.save_source("Shop", "sqlite", {"path": str(shop)}, schema)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The operations that were asked for; none of them runs."""
    asked: list[tuple[str, Any]] = []

    def start(kind: str, given: Any, user_id: str = "anonymous") -> str:
        asked.append((kind, given))
        return f"op{len(asked)}"

    monkeypatch.setattr(submit.service, "start", start)
    monkeypatch.setattr(detail_state.service, "last_for", lambda subject: None)
    return asked


def state_of(cls: type[Any]) -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(cls.get_full_name().split("."))


def run(state: Any, handler: str, *args: Any) -> list[Any]:
    """Run a background handler; returns the events it gave."""

    async def collect() -> list[Any]:
        given = type(state).event_handlers[handler].fn(state, *args)
        return [event async for event in given] if hasattr(given, "__aiter__") else [await given]

    return asyncio.run(collect())


def operation(kind: str, state: str, **values: Any) -> OperationView:
    return OperationView(
        id="op1",
        kind=kind,
        title="",
        subject="",
        state=state,
        created_at="2026-11-22T06:00:00+00:00",
        finished_at="2026-11-22T06:00:01+00:00",
        **values,
    )


def script_of(event: Any) -> str:
    return str(event.args)


class TestList:
    def test_each_source_is_told_with_its_size_and_its_apps(
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

    def test_a_list_that_cannot_be_read_is_told_and_can_be_tried_again(
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

    def test_a_taken_name_is_told_at_the_name(
        self, started: list[Any], saved: store.SourceView, shop: Path
    ) -> None:
        state = state_of(NewSourceState)
        state.set_name("shop")
        state.set_value(PATH, str(shop))
        run(state, "connect")

        assert started == []
        assert "Shop" in state.field_errors["name"]
        assert not state.field_errors.get("path")

    def test_a_path_outside_the_allowed_folders_is_told_at_the_path(
        self, started: list[Any]
    ) -> None:
        state = state_of(NewSourceState)
        state.set_value(PATH, "/etc/passwd")
        run(state, "test_connection")

        assert started == []
        assert "outside" in state.field_errors["path"]

    def test_a_start_that_fails_is_told_and_can_be_tried_again(
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
        focus = state._operation_over()

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
        event = state._operation_over()

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

    def test_a_refused_file_is_told_at_its_field(self) -> None:
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

    def test_null_empty_and_long_values_are_told_apart(self, preview: Any) -> None:
        cells = {preview.rows[row][2].look: preview.rows[row][2].text for row in range(4)}
        assert set(cells) == {"text", "empty", "cut", "null"}
        assert cells["text"] == "fine"
        assert cells["cut"] == LONG[:CUT_AT]

    def test_a_long_value_is_shown_whole_on_demand(self, preview: Any) -> None:
        preview.turn_page(1)
        run(preview, "read_page")
        row = next(i for i, cells in enumerate(preview.rows) if cells[2].look == "cut")
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

    def test_a_table_that_a_client_made_up_is_refused(self, preview: Any) -> None:
        preview.open_source(preview.source_id, ["sqlite_master"])
        run(preview, "read_page")
        assert preview.rows == []
        assert preview.error_shown

    def test_a_file_that_is_gone_is_told_and_can_be_tried_again(
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


class TestDetail:
    @pytest.fixture
    def detail(
        self, saved: store.SourceView, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> Any:
        state = state_of(SourceDetailState)
        open_address(state, f"/sources/{saved.id}")
        run(state, "load")
        return state

    def test_its_tables_are_told_with_columns_keys_and_counts(self, detail: Any) -> None:
        assert detail.known == "yes"
        tables = {table.name: table for table in detail.tables}
        assert tables["item"].row_count == 120
        columns = {column.name: column for column in tables["item"].columns}
        assert columns["id"].primary_key
        assert columns["name"].unique
        assert columns["name"].required
        assert tables["bare"].columns[0].references == "item.id"

    def test_an_unknown_id_is_told_without_an_error(self, started: list[Any]) -> None:
        state = state_of(SourceDetailState)
        open_address(state, "/sources/nothing")
        run(state, "load")
        assert state.known == "no"
        assert not state.error_message

    def test_a_rename_is_seen_at_once(self, detail: Any) -> None:
        detail.start_renaming()
        detail.set_new_name("  Corner shop ")
        run(detail, "rename")
        assert detail.source.name == "Corner shop"
        assert not detail.renaming
        assert store.get_source(detail.source.id).name == "Corner shop"

    def test_a_name_that_cannot_be_is_told_in_the_open_dialog(self, detail: Any) -> None:
        detail.start_renaming()
        detail.set_new_name(" ")
        run(detail, "rename")
        assert detail.renaming
        assert detail.field_errors["name"]
        assert detail.source.name == "Shop"

    def test_refresh_and_delete_are_operations(self, detail: Any, started: list[Any]) -> None:
        run(detail, "refresh")
        run(detail, "delete")
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
        """A candidate is looked up in the source, not in what a tab holds or sends."""
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
        run(detail, "accept_candidate", "item", "name", "integer")
        run(detail, "accept_candidate", "item", "name", "float")
        run(detail, "accept_candidate", "item", "nothing", "integer")
        assert [
            (kind, given.table, given.column, given.type, given.empty) for kind, given in started
        ] == [("type_column", "item", "name", "integer", ["-"])]

    def test_nothing_starts_while_an_operation_on_it_runs(
        self, detail: Any, started: list[Any]
    ) -> None:
        detail._show_operation(operation("refresh_source", "running"))
        run(detail, "delete")
        assert started == []

    def test_a_deleted_source_leads_back_to_the_list(self, detail: Any) -> None:
        detail._show_operation(operation("delete_source", "succeeded"))
        events = detail._operation_over()
        assert any("/sources" in script_of(event) for event in events)

    def test_a_failed_refresh_is_shown_again_on_a_later_visit(
        self, detail: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = operation("refresh_source", "failed")
        failed.finished_at = "2999-01-01T00:00:00+00:00"
        monkeypatch.setattr(detail_state.service, "last_for", lambda subject: failed)
        events = run(detail, "load")
        assert any("op1" in script_of(event) for event in events)


def open_address(state: rx.State, path: str) -> None:
    """Let the tab of `state` show `path`."""
    root = state._get_root_state()
    root.router = type(root.router).from_router_data({"asPath": path, "pathname": path})
