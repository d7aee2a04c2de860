from concurrent.futures import ThreadPoolExecutor

import pytest

from proto_ddf.accounts import audit, management, one_time_tokens, sign_in
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.sign_in import Client, SignInRefusedError
from proto_ddf.db.tables import Role, TokenPurpose
from proto_ddf.db.writing import write
from proto_ddf.errors import ValidationError
from proto_ddf.settings import get_settings
from tests.unit.accounts.conftest import CLIENT, PASSWORD, add

pytestmark = pytest.mark.usefixtures("accounts_mode")


def refused(name: str, password: str, client: Client = CLIENT) -> SignInRefusedError:
    with pytest.raises(SignInRefusedError) as found:
        sign_in.sign_in(name, password, client)
    return found.value


def test_unknown_names_and_wrong_passwords_get_the_same_answer():
    add("Ada")
    answers = {str(refused("Ada", "wrong")), str(refused("Eve", "wrong")), str(refused("", ""))}
    assert len(answers) == 1


def test_guessing_slows_down_for_the_account_from_any_address():
    add("Ada")
    for n in range(5):
        assert refused("Ada", "wrong", Client(f"192.0.2.{n}", "")).wait_seconds == 0
    assert refused("ada ", PASSWORD, Client("192.0.2.99", "")).wait_seconds == 1
    assert [each.action for each in audit.entries()] == ["sign_in_failed"] * 5


def test_guessing_slows_down_for_the_address_whatever_the_name():
    add("Ada")
    for n in range(5):
        refused(f"name {n}", "wrong")
    assert refused("Ada", PASSWORD).wait_seconds > 0
    assert sign_in.sign_in("Ada", PASSWORD, Client("198.51.100.1", ""))


def test_a_typed_password_in_the_field_of_the_name_is_not_kept():
    refused("my secret password", "")
    [entry] = audit.entries()
    assert "secret" not in str(entry)


def test_guesses_at_the_same_time_do_not_all_count_as_one():
    add("Ada")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: refused("Ada", f"wrong {n}").wait_seconds, range(24)))
    assert found.count(0) == 5


def token_of(path: str) -> str:
    return path.partition("token=")[2]


def test_the_first_person_sets_up_with_the_printed_token_once():
    token = token_of(sign_in.entry_path(get_settings()))
    for name, password, field in (("", PASSWORD, "name"), ("Ada", "short", "password")):
        with pytest.raises(ValidationError) as found:
            sign_in.set_up(token, name, password, CLIENT)
        assert found.value.field == field
    session = SESSIONS.find(sign_in.set_up(token, "Ada", PASSWORD, CLIENT))
    assert session is not None
    assert session.role == Role.ADMIN
    assert sign_in.entry_path(get_settings()) == ""
    with pytest.raises(SignInRefusedError):
        sign_in.set_up(token, "Eve", PASSWORD, CLIENT)


def test_of_many_who_use_a_token_at_once_one_gets_in():
    token = token_of(sign_in.entry_path(get_settings()))

    def use(n: int) -> bool:
        try:
            sign_in.set_up(token, f"Name {n}", PASSWORD, CLIENT)
        except SignInRefusedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1
    assert len(management.list_accounts()) == 1


def test_a_link_enters_once_and_a_new_one_ends_the_old(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENABLE_AUTH", "token")
    get_settings.cache_clear()
    SESSIONS.load()
    old, new = (token_of(sign_in.entry_path(get_settings())) for _ in range(2))
    with pytest.raises(SignInRefusedError):
        sign_in.enter(old, CLIENT)
    assert SESSIONS.find(sign_in.enter(new, CLIENT))
    for token in (new, "", "x" * 10_000, "\ud800"):
        with pytest.raises(SignInRefusedError):
            sign_in.enter(token, CLIENT)


def test_a_token_serves_no_other_purpose():
    enter = one_time_tokens.issue(TokenPurpose.ENTER)
    set_up = one_time_tokens.issue(TokenPurpose.SET_UP)
    assert sign_in.set_up_of(enter) is None
    with pytest.raises(SignInRefusedError):
        sign_in.enter(set_up, CLIENT)
    assert sign_in.set_up_of(set_up) == sign_in.SetUp(None)


def test_an_expired_token_is_refused_and_removed(monkeypatch: pytest.MonkeyPatch):
    import time_machine

    token = one_time_tokens.issue(TokenPurpose.SET_UP)
    with time_machine.travel(time_after(hours=2), tick=False):
        assert sign_in.set_up_of(token) is None
        assert write(lambda opened: one_time_tokens.use(opened, token, TokenPurpose.SET_UP)) is None
        assert one_time_tokens.prune(one_time_tokens.utc_now()) == 1
    assert sign_in.set_up_of(token) is None


def time_after(hours: int):
    from datetime import timedelta

    return one_time_tokens.utc_now() + timedelta(hours=hours)


def test_signing_out_ends_the_session():
    add("Ada")
    cookie = sign_in.sign_in("Ada", PASSWORD, CLIENT)
    session = SESSIONS.find(cookie)
    assert session is not None
    sign_in.sign_out(session.id)
    assert SESSIONS.find(cookie) is None
    assert [each.action for each in audit.entries()] == ["signed_out", "signed_in"]
