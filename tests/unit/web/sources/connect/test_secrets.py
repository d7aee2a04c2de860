"""The state of the connect form: its password, its advanced options and its numbers."""

import asyncio
from typing import Any

import pytest
from reflex.state import State

from proto_ddf import vault
from proto_ddf.errors import IntegrationError, describe
from proto_ddf.operations.views import OperationView
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from proto_ddf.web.shared.state.typed_secrets import SEND
from proto_ddf.web.sources.connect import state as connect_state
from proto_ddf.web.sources.connect import submit
from proto_ddf.web.sources.connect.draft import empty_draft, field_key, load_draft
from proto_ddf.web.sources.connect.state import NewSourceState, typed_name
from tests import vaulted
from tests.unit.web.states import run

HOST, PORT, USER, PASSWORD, PARAMETERS = (
    field_key(vaulted.NAME, name) for name in ("host", "port", "user", "password", "parameters")
)


pytestmark = pytest.mark.usefixtures("vaulted_kind")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The configs of the started operations; none of them runs."""
    asked: list[Any] = []

    def start(kind: str, given: Any, user_id: str = "anonymous") -> str:
        asked.append(given.config)
        return f"op{len(asked)}"

    monkeypatch.setattr(submit.service, "start", start)
    return asked


@pytest.fixture
def saved() -> SourceView:
    config = vaulted.config(vault.store(vaulted.RIGHT))
    return store.save_source("Shop", vaulted.NAME, config, vaulted.SCHEMA)


def form(source: SourceView | None = None) -> Any:
    """The state of the opened form, filled in except for the password."""
    root = State(_reflex_internal_init=True)
    state = root.get_substate(NewSourceState.get_full_name().split("."))
    state.values = empty_draft().values
    address = f"/sources/new?source={source.id}" if source else "/sources/new"
    root.router = type(root.router).from_router_data({"asPath": address, "pathname": address})
    asyncio.run(state.load())
    if source is None:
        state.set_kind(vaulted.NAME)
        for key, text in ((HOST, "db1"), (USER, "ann"), (field_key(vaulted.NAME, "database"), "s")):
            state.set_value(key, text)
    return state


def answered_by(state: Any, monkeypatch: pytest.MonkeyPatch, *calls: tuple[Any, ...]) -> None:
    """While the form waits, the control reports so."""

    async def report(_seconds: float) -> None:
        for name, *args in calls:
            getattr(state, name)(*args)

    monkeypatch.setattr(connect_state.asyncio, "sleep", report)


def test_the_form_holds_the_reference_and_hands_it_on(started: list[Any]):
    state = form()
    reference = vault.store(vaulted.RIGHT)
    state.set_secret(PASSWORD, reference, state.form_round)
    run(state, "test_connection")
    assert started[0]["password"] == reference
    assert load_draft(state.draft).values[PASSWORD] == reference


@pytest.mark.parametrize("text", [vaulted.RIGHT, "secret:", "secret:x"])
def test_a_secret_itself_is_taken_by_no_event(text: str):
    state = form()
    state.set_secret(PASSWORD, text, state.form_round)
    state.set_value(PASSWORD, text)
    assert state.values[PASSWORD] == ""
    assert text not in state.draft
    state.set_secret(HOST, vault.store("text"), state.form_round)
    assert state.values[HOST] == "db1"


def test_what_is_typed_is_waited_for_though_its_event_comes_after_the_form(
    started: list[Any], monkeypatch: pytest.MonkeyPatch
):
    state = form()
    reference = vault.store(vaulted.RIGHT)
    answered_by(state, monkeypatch, ("set_secret", PASSWORD, reference, state.form_round))
    events = run(state, "test_connection", {typed_name(PASSWORD): "true"})
    assert SEND in str(events[0].args)
    assert started[0]["password"] == reference


def test_what_is_typed_is_asked_for_and_waited_for(
    started: list[Any], monkeypatch: pytest.MonkeyPatch
):
    state = form()
    state.set_typed(PASSWORD, True, state.form_round)
    reference = vault.store(vaulted.RIGHT)
    answered_by(state, monkeypatch, ("set_secret", PASSWORD, reference, state.form_round))
    events = run(state, "test_connection")
    assert SEND in str(events[0].args)
    assert started[0]["password"] == reference
    assert state.typed == []


def test_nothing_starts_when_it_cannot_be_stored_and_the_next_try_asks_again(
    started: list[Any], monkeypatch: pytest.MonkeyPatch
):
    state = form()
    state.set_typed(PASSWORD, True, state.form_round)
    answered_by(
        state,
        monkeypatch,
        ("refuse_secret", PASSWORD, "Proto-DDF does not answer.", state.form_round),
    )
    events = run(state, "test_connection")
    assert started == []
    assert state.field_errors["password"] == "Proto-DDF does not answer."
    assert PASSWORD in str(events[-1].args)  # focused
    assert not state.working

    answered_by(
        state, monkeypatch, ("set_secret", PASSWORD, vault.store(vaulted.RIGHT), state.form_round)
    )
    assert SEND in str(run(state, "test_connection")[0].args)
    assert len(started) == 1


def test_a_secret_that_is_replaced_or_not_wanted_is_forgotten():
    state = form()
    first, second = vault.store("one"), vault.store("two")
    state.set_secret(PASSWORD, first, state.form_round)
    for reference, forgotten in ((second, first), ("", second)):
        event = state.set_secret(PASSWORD, reference, state.form_round)
        assert forgotten in str(event.args)
        run(state, "discard_secrets", [forgotten])
        assert vault.existing_references([forgotten]) == set()


def test_starting_over_forgets_what_was_stored_and_empties_the_control():
    state = form()
    reference, before = vault.store("text"), state.form_round
    state.set_secret(PASSWORD, reference, state.form_round)
    state.set_typed(PASSWORD, True, state.form_round)
    events = state.start_over()
    assert reference in str(events[-1].args)
    assert (state.typed, state.draft) == ([], "")
    assert state.form_round == before + 1


def test_what_a_control_reports_that_is_gone_by_now_changes_nothing():
    state = form()
    late, gone = vault.store("late"), state.form_round
    state.start_over()
    state.kind = vaulted.NAME
    event = state.set_secret(PASSWORD, late, gone)
    state.set_typed(PASSWORD, True, gone)
    state.refuse_secret(PASSWORD, "late", gone)
    assert (state.values[PASSWORD], state.typed) == ("", [])
    assert not state.field_errors.get("password")
    assert late in str(event.args)  # forgotten


def test_the_draft_comes_back_with_its_secret_unless_that_is_gone():
    before = form()
    reference = vault.store("text")
    before.set_secret(PASSWORD, reference, before.form_round)
    for known in (True, False):
        after = form()
        after.draft = before.draft
        asyncio.run(after.load())
        assert after.usable_secrets[PASSWORD] == (reference if known else "")
        vault.discard([reference])


@pytest.mark.parametrize("key", [HOST, PORT, USER])
def test_the_secret_of_another_endpoint_is_not_sent_until_that_endpoint_is_back(
    started: list[Any], saved: SourceView, key: str
):
    state = form(saved)
    reference = saved.config["password"]
    assert state.usable_secrets == {PASSWORD: reference}
    assert state.saved_endpoint == ["db1", "5432", "ann"]
    kept = state.values[key]
    state.set_value(key, "1234")
    assert state.usable_secrets == {PASSWORD: ""}
    assert state.moved_secrets == [PASSWORD]
    run(state, "test_connection")
    assert "password" not in started[0]

    state.set_value(key, kept)
    assert (state.usable_secrets, state.moved_secrets) == ({PASSWORD: reference}, [])
    run(state, "test_connection")
    assert started[1]["password"] == reference


def test_another_endpoint_takes_a_secret_of_its_own(started: list[Any], saved: SourceView):
    state = form(saved)
    state.set_value(HOST, "db2")
    own = vault.store("own")
    state.set_secret(PASSWORD, own, state.form_round)
    assert (state.usable_secrets, state.moved_secrets) == ({PASSWORD: own}, [])
    run(state, "connect")
    assert started[0]["password"] == own


def test_an_edit_that_named_another_endpoint_still_does_after_a_reload(saved: SourceView):
    before = form(saved)
    before.set_value(HOST, "db2")
    after = form(saved)
    after.edit_draft = before.edit_draft
    asyncio.run(after.load())
    assert after.values[HOST] == "db2"
    assert after.moved_secrets == [PASSWORD]


def test_a_forged_reference_to_the_secret_of_another_source_is_refused(
    started: list[Any], saved: SourceView
):
    state = form()
    state.set_value(HOST, "evil.example")
    state.set_secret(PASSWORD, saved.config["password"], state.form_round)
    run(state, "test_connection")
    assert started == []
    assert "another host" in state.field_errors["password"]


def test_a_secret_that_was_forgotten_meanwhile_is_reported_at_its_field(started: list[Any]):
    state = form()
    reference = vault.store("text")
    state.set_secret(PASSWORD, reference, state.form_round)
    vault.discard([reference])
    [focus] = run(state, "test_connection")
    assert started == []
    assert "can no longer be read" in state.field_errors["password"]
    assert PASSWORD in str(focus.args)


def test_a_wrong_password_marks_and_focuses_the_field():
    state = form()
    error = IntegrationError("no", "PostgreSQL", "connect", code="authentication_failed")
    state._show_operation(
        OperationView(
            id="op1",
            kind="test_source",
            title="",
            subject="",
            state="failed",
            created_at="2026-11-22T06:00:00+00:00",
            error=describe(error),
        )
    )
    focus = state._operation_ended()
    assert "PostgreSQL refused" in state.field_errors["password"]
    assert PASSWORD in str(focus.args)


def test_further_options_are_folded_until_one_is_used_or_at_fault(started: list[Any]):
    state = form()
    assert not state.more
    state.toggle_more()
    assert state.more
    state.toggle_more()

    state.set_value(PARAMETERS, "host=evil")
    run(state, "test_connection")
    assert started == []
    assert state.field_errors["parameters"]
    assert state.more

    again = form()
    again.draft = state.draft
    asyncio.run(again.load())
    assert again.more


@pytest.mark.parametrize("text", ["0", "65536", "-1", "54 32", "fifty", "5432.5"])
def test_an_invalid_port_is_reported_at_the_port(started: list[Any], text: str):
    state = form()
    state.set_value(PORT, text)
    run(state, "test_connection")
    assert started == []
    assert state.field_errors["port"] == "Port must be a whole number from 1 to 65535."


def test_blanks_around_values_are_trimmed(started: list[Any]):
    state = form()
    state.set_value(HOST, "  db1 ")
    state.set_value(PORT, " 5432 ")
    run(state, "test_connection")
    assert (started[0]["host"], started[0]["port"]) == ("db1", "5432")


def test_every_field_that_is_missing_is_reported_at_once(started: list[Any]):
    state = form()
    for key in (HOST, PORT, USER):
        state.set_value(key, " ")
    run(state, "test_connection")
    assert started == []
    assert state.field_errors == {
        "host": "Host is required.",
        "port": "Port is required.",
        "user": "User is required.",
    }


def test_a_certificate_is_no_file_to_name_the_source_after():
    state = form()
    state.set_kind("postgresql")
    state.add_file(
        field_key("postgresql", "ca_certificate"), "authority.pem", "/up/authority.pem", 1
    )
    assert state.name == ""
    assert state._draft().files[field_key("postgresql", "ca_certificate")]
