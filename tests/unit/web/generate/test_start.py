"""How the generate page starts an operation and follows it."""

from typing import Any

import pytest

from proto_ddf import errors
from proto_ddf.db import engine
from proto_ddf.db.tables import AppRecord
from proto_ddf.errors import ValidationError, describe
from proto_ddf.operations.kinds.apps import GenerateAppInput
from proto_ddf.web.generate import state as generate_state
from tests.unit.web.generate.states import (
    full_disk,
    label,
    load,
    name_of,
    new_state,
    operation,
    run,
)
from tests.unit.web.retries import press_try_again


class TestGenerate:
    def test_what_the_form_holds_is_handed_over(
        self, state: Any, shop: Any, started: list[GenerateAppInput]
    ) -> None:
        state.set_label("customer", "name", "Full name")
        state.set_description(" All of it ")
        state.set_allow_editing(True)
        state.set_accent_color("teal")
        events = run(state, "generate", {})
        assert [name_of(event) for event in events[-2:]] == ["watch_operation", "follow"]
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
    def test_what_is_wrong_is_reported_at_its_field_which_gets_the_focus(
        self, state: Any, started: list[GenerateAppInput], change: Any, field: str
    ) -> None:
        change(state)
        events = run(state, "generate", {})
        assert started == []
        assert list(state.field_errors) == [field]
        assert not state.error_shown
        assert field in str(events[-1].args)
        assert not state.starting

    def test_a_missing_source_is_reported_at_the_source(
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

    def test_a_taken_name_is_reported_at_the_name(
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

    def test_a_start_that_fails_is_reported_and_tried_again(
        self, state: Any, started: list[GenerateAppInput], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(generate_state.service, "start", full_disk)
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
        state._operation_ended()
        state.back_to_form()
        assert "My shop" in state.field_errors["name"]
        assert state.operation.id == ""
        assert state.name == "My shop"

    def test_any_other_failure_is_no_error_of_the_form(self, state: Any) -> None:
        error = errors.SystemError("no", component="build", code="build_failed")
        state._show_operation(operation("failed", error=describe(error, "Generate My shop")))
        state._operation_ended()
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
        assert state.generated_name == "My shop"

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
