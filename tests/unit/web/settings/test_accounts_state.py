"""The states of accounts, sessions and the own password: what a person may see and change."""

from pathlib import Path

import pytest

from proto_ddf.accounts import audit, management
from proto_ddf.accounts.roles import Role
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.sign_in import set_up, sign_in
from proto_ddf.settings import get_settings
from proto_ddf.web.access.state import AccessState
from proto_ddf.web.settings.overview import accounts_state, sessions_state
from proto_ddf.web.settings.overview.accounts_state import AccountsState
from proto_ddf.web.settings.overview.password_state import PasswordState
from proto_ddf.web.settings.overview.sessions_state import SessionsState
from proto_ddf.web.settings.overview.state import SettingsState
from tests.unit.accounts.conftest import CLIENT, PASSWORD, add
from tests.unit.web.settings.conftest import SignIn, another_session, tab_of
from tests.unit.web.states import run, state_of


@pytest.fixture(autouse=True)
def soon(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (accounts_state, sessions_state):
        monkeypatch.setattr(module, "_REFRESH_SECONDS", 0.001)


def test_a_tab_knows_its_role_and_name(signed_in: SignIn) -> None:
    session = signed_in(add("Vera", Role.VIEWER))
    state = state_of(AccessState)
    state.load()
    assert (state.role, state.user_name, state.mode) == ("viewer", "Vera", "accounts")
    management.set_role(session.user_id, Role.BUILDER)
    state.load()
    assert state.role == "builder"


@pytest.mark.parametrize(("role", "parts"), [(Role.VIEWER, 2), (Role.BUILDER, 2), (Role.ADMIN, 4)])
def test_the_page_reads_only_what_the_role_may_see(
    signed_in: SignIn, role: Role, parts: int
) -> None:
    signed_in(add("Somebody", role))
    assert len(state_of(SettingsState).load()) == parts


def test_an_account_is_added_and_its_link_is_shown_once(signed_in: SignIn) -> None:
    signed_in(add("Ada"))
    state = state_of(AccountsState)
    state.open_form()
    state.set_role("viewer")
    run(state, "create", {"name": " Vera "})
    assert (state.form_open, state.link_name) == (False, "Vera")
    [ada, vera] = state.accounts
    assert (ada.is_own, ada.sessions, ada.state) == (True, 1, "active")
    assert (vera.role, vera.state, vera.sessions) == ("viewer", "invited", 0)
    token = state.link.partition("token=")[2]
    set_up(token, "", PASSWORD, CLIENT)
    run(state, "follow")
    assert state.link == ""
    assert state.accounts[1].state == "active"


def test_a_taken_name_is_told_at_the_field(signed_in: SignIn) -> None:
    signed_in(add("Ada"))
    state = state_of(AccountsState)
    state.open_form()
    run(state, "create", {"name": "ADA"})
    assert state.form_open
    assert list(state.field_errors) == ["name"]
    assert (state.error_shown, state.link) == (False, "")


def test_the_last_admin_stays(signed_in: SignIn) -> None:
    ada = add("Ada")
    signed_in(ada)
    state = state_of(AccountsState)
    for handler, arguments in (("disable", [ada.id]), ("change_role", [ada.id, "viewer"])):
        run(state, handler, *arguments)
        assert state.error_shown
        assert "last admin" in state.error_message
        assert not state.busy
    assert management.list_accounts() == [ada]


def test_a_disabled_account_has_no_session_and_can_be_enabled(signed_in: SignIn) -> None:
    bob = add("Bob", Role.BUILDER)
    signed_in(add("Ada"))
    another_session(bob)
    state = state_of(AccountsState)
    run(state, "follow")
    assert [(each.name, each.sessions) for each in state.accounts] == [("Ada", 1), ("Bob", 1)]
    run(state, "disable", bob.id)
    assert [(each.state, each.sessions) for each in state.accounts] == [
        ("active", 1),
        ("disabled", 0),
    ]
    run(state, "enable", bob.id)
    assert state.accounts[1].state == "active"


def test_a_person_sees_and_ends_only_own_sessions(signed_in: SignIn) -> None:
    vera, bob = add("Vera", Role.VIEWER), add("Bob", Role.BUILDER)
    own, other, foreign = signed_in(vera), another_session(vera), another_session(bob)
    state = state_of(SessionsState)
    run(state, "follow")
    assert {each.id for each in state.rows} == {own.id, other.id}
    assert [each.id for each in state.rows if each.is_this] == [own.id]
    run(state, "revoke", foreign.id)
    assert SESSIONS.get(foreign.id) is not None
    run(state, "revoke_others")
    assert SESSIONS.get(other.id) is None
    assert SESSIONS.get(own.id) is not None
    assert SESSIONS.get(foreign.id) is not None
    assert (len(state.rows), state.others) == (1, 0)


def test_an_admin_sees_and_ends_all_sessions(signed_in: SignIn) -> None:
    own, foreign = signed_in(add("Ada")), another_session(add("Bob", Role.BUILDER))
    state = state_of(SessionsState)
    run(state, "follow")
    assert {each.user_name for each in state.rows} == {"Ada", "Bob"}
    run(state, "revoke_others")
    assert SESSIONS.get(foreign.id) is not None
    run(state, "revoke", foreign.id)
    assert [each.id for each in state.rows] == [own.id]
    [entry] = [each for each in audit.entries() if each.action == "session_revoked"]
    assert (entry.user_name, entry.subject) == ("Ada", "Bob")


def test_with_a_printed_link_every_browser_that_came_by_it_is_listed(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENABLE_AUTH", "token")
    get_settings.cache_clear()
    SESSIONS.load()
    own, other = (SESSIONS.begin(address="192.0.2.7", user_agent="curl/8")[0] for _ in range(2))
    with tab_of(own):
        assert len(state_of(SettingsState).load()) == 3
        state = state_of(SessionsState)
        run(state, "follow")
        assert {(each.id, each.user_name, each.device) for each in state.rows} == {
            (own.id, "Owner", "curl"),
            (other.id, "Owner", "curl"),
        }
        run(state, "revoke_others")
        assert [each.id for each in state.rows] == [own.id]
        run(state_of(PasswordState), "change", {})  # there is no account
    assert SESSIONS.get(other.id) is None


def test_the_own_password_is_changed_and_kept_nowhere(signed_in: SignIn, database: Path) -> None:
    vera = add("Vera", Role.VIEWER)
    own, other = signed_in(vera), another_session(vera)
    state = state_of(PasswordState)
    state.open_form()
    new = "canary another long one"
    form = {"old_password": PASSWORD, "password": new, "repeated": new}
    for wrong, field in (
        ({"old_password": "wrong"}, "old_password"),
        ({"repeated": "not the same"}, "repeated"),
        ({"password": "short", "repeated": "short"}, "password"),
    ):
        run(state, "change", form | wrong)
        assert list(state.field_errors) == [field]
        assert state.form_open
        assert new not in str(state.dict())
    run(state, "change", form)
    assert (state.changed, state.form_open, state.field_errors) == (True, False, {})
    assert new not in str(state.dict())
    assert SESSIONS.get(other.id) is None
    assert SESSIONS.get(own.id) is not None
    assert sign_in("Vera", new, CLIENT)
