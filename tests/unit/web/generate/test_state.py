"""The source and the form of the generate page; no operation runs."""

from types import SimpleNamespace
from typing import Any

import pytest

from proto_ddf.sources.connected import store
from proto_ddf.web.generate.state import GenerateState
from tests.unit.web.generate.states import (
    SHOP,
    connect,
    full_disk,
    label,
    load,
    name_of,
    new_state,
    planned,
    run,
)
from tests.unit.web.retries import press_try_again


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

    @pytest.mark.parametrize("source_id", ["nothing", "", None, 3, {"a": 1}])
    def test_an_unknown_source_changes_nothing(self, state: Any, shop: Any, source_id: Any) -> None:
        assert state.choose_source(source_id) is None
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

    def test_sources_that_cannot_be_read_are_reported_and_read_by_try_again(
        self, state: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(store, "list_sources", full_disk)
            [event] = run(state, "load")
        assert name_of(event) == "clear_error_later"
        assert state.error_shown
        assert name_of(press_try_again(state)) == "load"
        run(state, "load")
        assert state.error_message == ""


class TestForm:
    def test_the_package_follows_the_name(self, state: Any) -> None:
        assert state.slug == "my_shop"
        state.set_name("3")
        assert state.slug == ""

    def test_a_wrong_name_is_reported_when_its_field_is_left(self, state: Any) -> None:
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
