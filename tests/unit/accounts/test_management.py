import pytest

from proto_ddf.accounts import audit, management, sign_in
from proto_ddf.accounts.audit import AuditFilter
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.sign_in import SignInRefusedError
from proto_ddf.current_user import acting_for
from proto_ddf.db.tables import Role
from proto_ddf.errors import ValidationError
from tests.unit.accounts.conftest import CLIENT, PASSWORD, add

pytestmark = pytest.mark.usefixtures("accounts_mode")


def test_a_new_account_chooses_its_password_by_a_link_once():
    root = add("Root")
    with acting_for(root.id):
        link = management.create_account("  Grace   Hopper ", Role.BUILDER)
    assert (link.account.name, link.account.role) == ("Grace Hopper", Role.BUILDER)
    assert not link.account.has_password
    token = link.path.partition("token=")[2]
    assert sign_in.set_up_of(token) == sign_in.SetUp("Grace Hopper")
    cookie = sign_in.set_up(token, "ignored", PASSWORD, CLIENT)
    session = SESSIONS.find(cookie)
    assert session is not None
    assert (session.user_name, session.role) == ("Grace Hopper", Role.BUILDER)
    with pytest.raises(SignInRefusedError):
        sign_in.set_up(token, "", PASSWORD, CLIENT)
    assert sign_in.sign_in("grace HOPPER", PASSWORD, CLIENT)
    [entry] = audit.entries(AuditFilter(action="account_created"))
    assert (entry.user_name, entry.subject, entry.detail) == ("Root", "Grace Hopper", "builder")


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada ", "\uff21da"])  # a full-width A
def test_a_name_is_taken_however_it_is_written(name: str):
    add("Ada")
    with pytest.raises(ValidationError) as refused:
        management.create_account(name, Role.VIEWER)
    assert refused.value.field == "name"


@pytest.mark.parametrize("name", ["", "   ", "a" * 65, "a\x00b", "a\u202eb"])
def test_an_unreadable_name_is_refused(name: str):
    with pytest.raises(ValidationError):
        management.create_account(name, Role.VIEWER)


def test_there_is_always_an_admin():
    ada, grace = add("Ada"), add("Grace")
    management.set_role(grace.id, Role.VIEWER)
    for change in (
        lambda: management.disable_account(ada.id),
        lambda: management.set_role(ada.id, Role.BUILDER),
    ):
        with pytest.raises(ValidationError, match="last admin"):
            change()
    management.set_role(grace.id, Role.ADMIN)
    management.disable_account(ada.id)
    with pytest.raises(ValidationError, match="last admin"):
        management.disable_account(grace.id)
    management.enable_account(ada.id)
    assert [each.disabled for each in management.list_accounts()] == [False, False]


def test_an_admin_without_a_password_yet_does_not_count():
    ada = add("Ada")
    management.create_account("Grace", Role.ADMIN)
    with pytest.raises(ValidationError, match="last admin"):
        management.disable_account(ada.id)


def test_a_disabled_account_is_out_at_once_and_cannot_come_back():
    add("Root")
    ada = add("Ada", Role.VIEWER)
    cookie = sign_in.sign_in("Ada", PASSWORD, CLIENT)
    link = management.new_password_link(ada.id)
    management.disable_account(ada.id)
    assert SESSIONS.find(cookie) is None
    with pytest.raises(SignInRefusedError):
        sign_in.sign_in("Ada", PASSWORD, CLIENT)
    with pytest.raises(ValidationError):
        sign_in.set_up(link.path.partition("token=")[2], "", PASSWORD, CLIENT)


def test_a_new_password_ends_all_other_sessions():
    ada = add("Ada")
    mine, other = (sign_in.sign_in("Ada", PASSWORD, CLIENT) for _ in range(2))
    session = SESSIONS.find(mine)
    assert session is not None
    with pytest.raises(ValidationError) as refused:
        management.change_password(ada.id, "wrong", "another horse battery", session.id)
    assert refused.value.field == "old_password"
    management.change_password(ada.id, PASSWORD, "another horse battery", session.id)
    assert SESSIONS.find(mine)
    assert SESSIONS.find(other) is None
    with pytest.raises(SignInRefusedError):
        sign_in.sign_in("Ada", PASSWORD, CLIENT)
    assert sign_in.sign_in("Ada", "another horse battery", CLIENT)


def test_sessions_are_listed_and_revoked():
    ada, grace = add("Ada"), add("Grace")
    cookies = [sign_in.sign_in(name, PASSWORD, CLIENT) for name in ("Ada", "Ada", "Grace")]
    assert len(management.list_sessions()) == 3
    first, second = management.list_sessions(ada.id)
    assert (first.user_name, first.address, first.user_agent) == ("Ada", *CLIENT.__dict__.values())
    management.revoke_session(first.id)
    assert [each.id for each in management.list_sessions(ada.id)] == [second.id]
    assert management.revoke_sessions_of(ada.id) == 1
    assert management.list_sessions(ada.id) == []
    assert SESSIONS.find(cookies[2])
    with pytest.raises(ValidationError, match="no such account"):
        management.set_role("nobody", Role.ADMIN)
    assert grace.has_password
