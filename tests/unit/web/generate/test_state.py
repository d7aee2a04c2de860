"""The state of the generate page, on a real store and a real file; no operation runs."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from reflex.state import State

from proto_ddf import errors
from proto_ddf.db import engine
from proto_ddf.db.tables import AppRecord
from proto_ddf.errors import ValidationError, describe
from proto_ddf.operations.kinds.apps import GenerateAppInput
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.web.generate import state as generate_state
from proto_ddf.web.generate.plan_state import NO_PLAN
from proto_ddf.web.generate.state import GenerateState
from tests.unit.web.retries import press_try_again

SHOP = """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer, total REAL);
"""


@pytest.fixture(autouse=True)
def database(home: Path) -> Iterator[None]:
    engine.migrate()
    yield
    engine.dispose()


def connect(name: str, script: str, id: str | None = None) -> store.SourceView:
    path = upload_path(f"{name}.db")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    config = {"path": str(path)}
    schema = store.make_source("sqlite", config).read_schema()
    return store.save_source(name, "sqlite", config, schema, id)


@pytest.fixture
def shop() -> store.SourceView:
    return connect("Shop", SHOP)


def operation(state: str = "pending", **values: Any) -> OperationView:
    given = {
        "id": "op1",
        "kind": "generate_app",
        "title": "Generate My shop",
        "subject": "my_shop",
        "state": state,
        "created_at": "2026-11-22T06:00:00+00:00",
    }
    return OperationView(**{**given, **values})


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[GenerateAppInput]:
    """What operations were asked to make."""
    asked: list[GenerateAppInput] = []

    def start(kind: str, given: GenerateAppInput) -> str:
        assert kind == "generate_app"
        asked.append(given)
        return "op1"

    monkeypatch.setattr(generate_state.service, "start", start)
    monkeypatch.setattr(generate_state.service, "view", lambda _id: operation())
    return asked


def new_state() -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(GenerateState.get_full_name().split("."))


def run(state: Any, handler: str, *args: Any) -> list[Any]:
    """Run a background handler; returns the events it gave."""

    async def collect() -> list[Any]:
        return [event async for event in GenerateState.event_handlers[handler].fn(state, *args)]

    return asyncio.run(collect())


def name_of(event: Any) -> str:
    name: str = getattr(event, "handler", event).fn.__name__
    return name


def load(state: Any) -> None:
    """Load the page and let it choose and plan what it wants to."""
    for event in run(state, "load"):
        if name_of(event) == "choose_source":
            state.choose_source(event.args[0][1]._var_value)
            run(state, "extend_plan")


@pytest.fixture
def state(shop: store.SourceView) -> Any:
    """The page with its one source chosen and planned, and a good name given."""
    state = new_state()
    load(state)
    state.set_name("My shop")
    return state


def planned(state: Any) -> list[str]:
    return [table.table for table in state.plan.tables]


def label(state: Any, column: str = "name") -> str:
    fields = {field.column: field for table in state.plan.tables for field in table.fields}
    found: str = fields[column].label
    return found


class TestSource:
    def test_the_only_source_is_chosen_and_planned(self, state: Any, shop: Any) -> None:
        assert state.loaded
        assert (state.source_id, state.live) == (shop.id, True)
        assert [(table.name, table.chosen) for table in state.tables] == [
            ("customer", True),
            ("invoice", True),
        ]
        assert state.has_plan
        assert sorted(planned(state)) == ["customer", "invoice"]

    def test_of_several_none_is_chosen_but_the_one_of_the_address(
        self, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = connect("Other", "CREATE TABLE thing (id INTEGER PRIMARY KEY)")
        state = new_state()
        load(state)
        assert (state.source_id, len(state.sources)) == ("", 2)
        where = SimpleNamespace(url=SimpleNamespace(query_parameters={"source": other.id}))
        monkeypatch.setattr(GenerateState, "router", where)
        load(state)
        assert state.source_id == other.id
        assert planned(state) == ["thing"]

    def test_another_source_starts_another_plan(self, state: Any) -> None:
        other = connect("Other", "CREATE TABLE thing (id INTEGER PRIMARY KEY)")
        load(state)
        assert sorted(planned(state)) == ["customer", "invoice"]
        assert name_of(state.choose_source(other.id)) == "extend_plan"
        assert not state.has_plan
        run(state, "extend_plan")
        assert planned(state) == ["thing"]

    @pytest.mark.parametrize("id", ["nothing", "", None, 3, {"a": 1}])
    def test_an_unknown_source_changes_nothing(self, state: Any, shop: Any, id: Any) -> None:
        assert state.choose_source(id) is None
        assert state.source_id == shop.id
        assert state.has_plan

    def test_a_reload_keeps_the_draft(self, state: Any) -> None:
        state.set_label("customer", "name", "Full name")
        state.toggle_table("invoice", False)
        load(state)
        assert label(state) == "Full name"
        assert planned(state) == ["customer"]

    def test_a_plan_of_a_source_that_was_changed_meanwhile_is_dropped(
        self, state: Any, shop: Any
    ) -> None:
        connect("Shop", "CREATE TABLE customer (id INTEGER PRIMARY KEY, town TEXT)", shop.id)
        load(state)
        assert [table.name for table in state.tables] == ["customer"]
        assert [field.column for field in state.plan.tables[0].fields] == ["id", "town"]

    def test_more_rows_are_no_change_of_the_source(self, state: Any, shop: Any) -> None:
        state.set_label("customer", "name", "Full name")
        connect("Shop", f"{SHOP} INSERT INTO customer VALUES (1, 'Ann');", shop.id)
        load(state)
        assert label(state) == "Full name"

    def test_a_source_that_was_deleted_leaves_no_plan(self, state: Any, shop: Any) -> None:
        store.delete_source(shop.id)
        load(state)
        assert (state.source_id, state.tables, state.has_plan) == ("", [], False)

    def test_sources_that_cannot_be_read_are_told_and_read_by_try_again(
        self, state: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(store, "list_sources", _full_disk)
            [event] = run(state, "load")
        assert name_of(event) == "clear_error_later"
        assert state.error_shown
        assert name_of(press_try_again(state)) == "load"
        run(state, "load")
        assert state.error_message == ""


def _full_disk(*_: Any) -> Any:
    raise OSError(28, "No space left on device")


class TestTables:
    def test_a_table_taken_out_leaves_the_plan_and_the_edits_of_the_others(
        self, state: Any
    ) -> None:
        state.set_label("customer", "name", "Full name")
        state.toggle_table("invoice", False)
        run(state, "extend_plan")
        assert planned(state) == ["customer"]
        assert label(state) == "Full name"
        assert not state.all_tables

    def test_a_table_taken_back_is_planned_anew_beside_the_edits(self, state: Any) -> None:
        state.set_label("customer", "name", "Full name")
        state.toggle_table("invoice", False)
        assert name_of(state.toggle_table("invoice", True)) == "extend_plan"
        run(state, "extend_plan")
        assert sorted(planned(state)) == ["customer", "invoice"]
        assert label(state) == "Full name"
        assert state.plan_relations == 1
        assert state.all_tables

    def test_none_at_all_leaves_no_plan(self, state: Any) -> None:
        assert state.toggle_all_tables(False) is None
        assert not state.has_plan
        assert state.plan == NO_PLAN
        state.toggle_all_tables(True)
        run(state, "extend_plan")
        assert sorted(planned(state)) == ["customer", "invoice"]

    @pytest.mark.parametrize(("name", "chosen"), [("nothing", False), (None, True), ({}, False)])
    def test_an_unknown_table_changes_nothing(self, state: Any, name: Any, chosen: Any) -> None:
        state.toggle_table(name, chosen)
        assert sorted(planned(state)) == ["customer", "invoice"]

    def test_edits_made_while_a_table_is_planned_are_kept(
        self, state: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state.toggle_table("invoice", False)
        state.toggle_table("invoice", True)
        plan_tables = generate_state.plan_tables

        def slow(*args: Any) -> Any:
            plan = plan_tables(*args)
            if label(state) != "Full name":
                state.set_label("customer", "name", "Full name")
            return plan

        monkeypatch.setattr(generate_state, "plan_tables", slow)
        [again] = run(state, "extend_plan")
        assert name_of(again) == "extend_plan"
        assert run(state, "extend_plan") == []
        assert label(state) == "Full name"
        assert sorted(planned(state)) == ["customer", "invoice"]

    @pytest.mark.parametrize("meanwhile", ["other source", "no tables"])
    def test_a_plan_that_is_late_is_dropped(
        self, state: Any, meanwhile: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = connect("Other", "CREATE TABLE thing (id INTEGER PRIMARY KEY)")
        load(state)
        plan_tables = generate_state.plan_tables

        def slow(*args: Any) -> Any:
            plan = plan_tables(*args)
            if meanwhile == "other source":
                state.choose_source(other.id)
            else:
                state.toggle_all_tables(False)
            return plan

        monkeypatch.setattr(generate_state, "plan_tables", slow)
        assert run(state, "extend_plan") == []
        assert not state.has_plan
        assert not state.planning

    def test_a_plan_that_cannot_be_made_is_told_and_made_by_try_again(
        self, state: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(generate_state, "plan_tables", _full_disk)
            run(state, "extend_plan")
        assert state.error_shown
        assert not state.planning
        assert name_of(press_try_again(state)) == "extend_plan"
        run(state, "extend_plan")
        assert state.error_message == ""


class TestForm:
    def test_the_package_follows_the_name(self, state: Any) -> None:
        assert state.slug == "my_shop"
        state.set_name("3")
        assert state.slug == ""

    def test_a_wrong_name_is_told_when_its_field_is_left(self, state: Any) -> None:
        state.check_name("ab")
        assert "3" in state.field_errors["name"]
        assert not state.error_shown
        state.set_name("abc")
        assert "name" not in state.field_errors

    def test_an_empty_name_is_not_complained_about_before_it_is_sent(self, state: Any) -> None:
        state.check_name(" ")
        assert "name" not in state.field_errors

    def test_only_colors_on_offer_are_taken(self, state: Any) -> None:
        state.set_accent_color("teal")
        for wrong in ("red; x", None, [], 3):
            state.set_accent_color(wrong)
        assert state.accent_color == "teal"

    @pytest.mark.parametrize("value", [None, 3, {"a": 1}, ["x"]])
    def test_nonsense_in_the_fields_stays_text(self, state: Any, value: Any) -> None:
        for event in (state.set_name, state.check_name, state.set_description):
            event(value)
        state.set_allow_editing(value)
        assert (state.name, state.description) == (str(value), str(value))
        assert isinstance(state.allow_editing, bool)
        assert isinstance(state.slug, str)


class TestGenerate:
    def test_what_the_form_holds_is_handed_over(
        self, state: Any, shop: Any, started: list[GenerateAppInput]
    ) -> None:
        state.set_label("customer", "name", "Full name")
        state.set_description(" All of it ")
        state.set_allow_editing(True)
        state.set_accent_color("teal")
        events = run(state, "generate", {})
        assert name_of(events[-1]) == "watch_operation"
        [given] = started
        assert given.source_id == shop.id
        spec = given.spec
        assert (spec.name, spec.slug, spec.description) == ("My shop", "my_shop", "All of it")
        assert (spec.accent_color, spec.allow_editing) == ("teal", True)
        assert all(table.editable for table in spec.tables)
        assert spec.tables[0].fields[1].label == "Full name"
        assert not state.starting
        assert state.operation.id == "op1"

    def test_what_was_typed_last_comes_with_the_form(
        self, state: Any, started: list[GenerateAppInput]
    ) -> None:
        run(state, "generate", {"project_name": "Typed", "app_description": "Fast"})
        assert (started[0].spec.name, started[0].spec.description) == ("Typed", "Fast")

    def test_a_second_submit_makes_no_second_operation(
        self, state: Any, started: list[GenerateAppInput]
    ) -> None:
        state.starting = True
        assert run(state, "generate", {}) == []
        state.starting = False
        run(state, "generate", {})
        assert run(state, "generate", {}) == []
        assert len(started) == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            (lambda state: state.set_name(" "), "name"),
            (lambda state: state.set_name("import"), "name"),
            (lambda state: state.toggle_all_tables(False), "tables"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field_which_gets_the_focus(
        self, state: Any, started: list[GenerateAppInput], change: Any, field: str
    ) -> None:
        change(state)
        events = run(state, "generate", {})
        assert started == []
        assert list(state.field_errors) == [field]
        assert not state.error_shown
        assert field in str(events[-1].args)
        assert not state.starting

    def test_without_a_source_that_is_told_at_the_source(
        self, started: list[GenerateAppInput]
    ) -> None:
        state = new_state()
        load(state)
        run(state, "generate", {"project_name": "My shop"})
        assert list(state.field_errors) == ["source"]
        assert started == []

    def test_a_plan_that_is_not_ready_starts_nothing(
        self, state: Any, started: list[GenerateAppInput]
    ) -> None:
        state.has_plan = False
        run(state, "generate", {})
        assert started == []
        assert state.error_shown

    def test_a_taken_name_is_told_at_the_name(
        self, state: Any, started: list[GenerateAppInput]
    ) -> None:
        with engine.session() as db:
            db.add(AppRecord(slug="my_shop", name="My shop"))
            db.commit()
        events = run(state, "generate", {})
        assert started == []
        assert "My shop" in state.field_errors["name"]
        assert not state.error_shown
        assert "name" in str(events[-1].args)
        assert not state.starting

    def test_a_start_that_fails_is_told_and_tried_again(
        self, state: Any, started: list[GenerateAppInput], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(generate_state.service, "start", _full_disk)
            run(state, "generate", {})
        assert state.error_shown
        assert not state.starting
        again = press_try_again(state)
        assert name_of(again) == "generate"
        run(state, "generate", {})
        assert started[0].spec.name == "My shop"
        assert state.error_message == ""


class TestOperation:
    def test_a_name_taken_meanwhile_lands_on_the_name(self, state: Any) -> None:
        error = ValidationError("taken", field="name", value="My shop", code="project_name_taken")
        state._show_operation(operation("failed", error=describe(error, "Generate My shop")))
        state._operation_over()
        state.back_to_form()
        assert "My shop" in state.field_errors["name"]
        assert state.operation.id == ""
        assert state.name == "My shop"

    def test_any_other_failure_is_no_error_of_the_form(self, state: Any) -> None:
        error = errors.SystemError("no", component="build", code="build_failed")
        state._show_operation(operation("failed", error=describe(error, "Generate My shop")))
        state._operation_over()
        assert state.field_errors == {}

    def test_back_at_the_form_the_draft_is_there(self, state: Any) -> None:
        state.set_description("All of it")
        state.set_label("customer", "name", "Full name")
        state._show_operation(operation("cancelled"))
        state.back_to_form()
        assert (state.name, state.description) == ("My shop", "All of it")
        assert label(state) == "Full name"
        assert not state.operation_missing

    def test_after_success_the_form_waits_for_another_name(self, state: Any) -> None:
        state._show_operation(operation("succeeded"))
        state.back_to_form()
        assert (state.name, state.description) == ("", "")
        assert state.has_plan

    def test_the_address_is_that_of_the_check(self, state: Any) -> None:
        assert state.app_address == ""
        output = {"check": {"address": "http://127.0.0.1:3100"}}
        state._show_operation(operation("succeeded", output=output))
        assert state.app_address == "http://127.0.0.1:3100"
        assert state.made_name == "My shop"

    def test_a_reload_follows_the_operation_on(self, state: Any) -> None:
        state._show_operation(operation("running"))
        state.starting = True
        assert name_of(run(state, "load")[0]) == "watch_operation"
        assert not state.starting

    def test_the_tab_keeps_an_operation_that_a_killed_server_had_not_written_down(
        self, state: Any, started: list[GenerateAppInput]
    ) -> None:
        run(state, "generate", {})
        assert state.kept_operation
        state._show_operation(None)  # what the state on the disk says
        assert name_of(run(state, "load")[0]) == "watch_operation"
        state.back_to_form()
        assert state.kept_operation == ""
        assert not run(state, "load")
