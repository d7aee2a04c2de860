"""The state of the audit: pages and filters."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.accounts import audit
from proto_ddf.accounts.roles import Role
from proto_ddf.web.settings.audit import state as audit_state
from proto_ddf.web.settings.audit.state import AuditState
from proto_ddf.web.settings.audit.words import WORDS, action_words
from tests.unit.accounts.conftest import add
from tests.unit.web.settings.conftest import SignIn
from tests.unit.web.states import run, state_of


@pytest.fixture
def state(signed_in: SignIn) -> Any:
    signed_in(add("Ada"))
    for number in range(12):
        audit.record("account_created", f"Person {number}", "viewer")
    return state_of(AuditState)


def subjects(state: Any) -> list[str]:
    run(state, "follow")
    return [each.subject for each in state.rows]


@pytest.mark.parametrize("size", [1, 5, 12, 13, 14])
def test_the_pages_are_all_entries_in_order_once(
    state: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(audit_state, "PAGE_SIZE", size)
    state.load()
    pages = [subjects(state)]
    while state.has_older:
        state.show_older()
        pages.append(subjects(state))
    everything = [each.subject for each in audit.entries()]
    assert [subject for page in pages for subject in page] == everything
    assert all(len(page) == size for page in pages[:-1])
    for page in reversed(pages[:-1]):
        state.show_newer()
        assert subjects(state) == page
    assert not state.has_newer


def test_filters_narrow_and_begin_at_the_newest(
    state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera = add("Vera", Role.VIEWER)
    audit.record("signed_in", "Vera", user_id=vera.id)
    monkeypatch.setattr(audit_state, "PAGE_SIZE", 5)
    subjects(state)
    state.show_older()
    state.set_user(vera.id)
    assert subjects(state) == ["Vera"]
    assert [each.who for each in state.rows] == ["Vera"]
    state.set_user("any")
    state.set_subject(" Person 1 ".strip())
    assert subjects(state) == ["Person 11", "Person 10", "Person 1"]
    state.set_subject("%")
    assert subjects(state) == []
    state.set_subject("")
    state.set_action("signed_in")
    assert subjects(state) == ["Vera", "Ada"]
    state.set_period("hour")
    assert subjects(state) == ["Vera", "Ada"]
    assert {each.label for each in state.users} >= {"Ada", "Vera", "Owner"}
    assert "Signed in" in {each.label for each in state.actions}


def test_an_entry_about_an_operation_leads_to_it(state: Any) -> None:
    audit.record("operation_started", "Generate Shop", "0123456789abcdef")
    state.set_subject("Shop")
    assert subjects(state) == ["Generate Shop"]
    [row] = state.rows
    assert (row.operation_id, row.detail) == ("0123456789abcdef", "")
    state.set_subject("Person 3")
    subjects(state)
    [row] = state.rows
    assert (row.operation_id, row.detail) == ("", "viewer")


@given(st.from_regex(r"[A-Z][a-zA-Z]{2,20}State\.[a-z_]{2,20}|[a-z_]{2,30}", fullmatch=True))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_every_action_has_words(action: str) -> None:
    words = action_words(action)
    assert words
    assert "_" not in words
    assert words[:1] == words[:1].upper()
    assert action_words("AppsState.act") == "Apps: act"
    assert all(action_words(each) == text for each, text in WORDS.items())
