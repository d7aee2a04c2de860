"""The choice of an app's tables on the generate page."""

from typing import Any

import pytest

from proto_ddf.web.generate import source_state
from proto_ddf.web.generate.plan_change import NO_PLAN
from tests.unit.web.generate.states import connect, full_disk, label, load, name_of, planned, run
from tests.unit.web.retries import press_try_again


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

    def test_edits_while_a_table_is_planned_are_kept(
        self, state: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state.toggle_table("invoice", False)
        state.toggle_table("invoice", True)
        plan_tables = source_state.plan_tables

        def slow(*args: Any) -> Any:
            plan = plan_tables(*args)
            if label(state) != "Full name":
                state.set_label("customer", "name", "Full name")
            return plan

        monkeypatch.setattr(source_state, "plan_tables", slow)
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
        plan_tables = source_state.plan_tables

        def slow(*args: Any) -> Any:
            plan = plan_tables(*args)
            if meanwhile == "other source":
                state.choose_source(other.id)
            else:
                state.toggle_all_tables(False)
            return plan

        monkeypatch.setattr(source_state, "plan_tables", slow)
        assert run(state, "extend_plan") == []
        assert not state.has_plan
        assert not state.planning

    def test_a_plan_that_fails_is_reported_and_completed_by_try_again(
        self, state: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(source_state, "plan_tables", full_disk)
            run(state, "extend_plan")
        assert state.error_shown
        assert not state.planning
        assert name_of(press_try_again(state)) == "extend_plan"
        run(state, "extend_plan")
        assert state.error_message == ""
