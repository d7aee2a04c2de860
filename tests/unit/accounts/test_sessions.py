import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.accounts import management, session_records, sessions
from proto_ddf.accounts.session import TOKEN_USER
from proto_ddf.accounts.sessions import SESSIONS, Sessions
from proto_ddf.db.tables import Role
from proto_ddf.settings import get_settings
from tests.unit.accounts.conftest import add


class Clock:
    def __init__(self) -> None:
        import time

        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def loaded(database: Path) -> Sessions:
    made = Sessions(Clock())
    made.load()
    return made


def again() -> Sessions:
    """The sessions as a restarted server has them."""
    made = Sessions()
    made.load()
    return made


def test_a_session_is_found_by_its_cookie_also_after_a_restart(loaded: Sessions):
    session, token = loaded.begin(address="127.0.0.1", user_agent="A browser")
    assert loaded.find(token) is session
    assert loaded.get(session.id) is session
    found = again().find(token)
    assert found is not None
    assert (found.id, found.user_id, found.role) == (session.id, "anonymous", Role.ADMIN)


def test_the_cookie_is_not_stored(loaded: Sessions, database: Path):
    _, token = loaded.begin()
    with sqlite3.connect(database) as connection:
        [row] = connection.execute("SELECT * FROM session").fetchall()
    assert all(token not in str(value) for value in row)


@given(st.text(max_size=80))
def test_no_other_text_is_a_cookie(text: str):
    made = Sessions()
    assert made.find(text) is None


def test_an_unused_session_ends_and_a_used_one_lives_on(loaded: Sessions):
    idle = get_settings().session_idle_hours * 3600
    clock = loaded._clock
    _, used = loaded.begin()
    _, unused = loaded.begin()
    clock.now += idle * 0.7  # type: ignore[attr-defined]
    assert loaded.find(used)
    clock.now += idle * 0.7  # type: ignore[attr-defined]
    assert loaded.find(used)
    assert loaded.find(unused) is None
    loaded.end_expired()
    assert len(again().views()) == 1


@pytest.mark.usefixtures("accounts_mode")
def test_a_session_of_an_account_ends_at_last_however_much_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("SESSION_DAYS", "2")
    get_settings.cache_clear()
    clock = Clock()
    made = Sessions(clock)
    made.load()
    add("Ada")
    _, token = made.begin(management.find_by_name("Ada"))
    for _ in range(47):
        clock.now += 3600
        assert made.find(token)
    clock.now += 2 * 3600
    assert made.find(token) is None


@pytest.mark.usefixtures("accounts_mode")
def test_what_another_process_ends_or_changes_holds_after_a_refresh():
    add("Root")
    account = add("Ada", Role.BUILDER)
    session, token = SESSIONS.begin(management.find_by_name("Ada"))
    ended: list[frozenset[str]] = []
    SESSIONS.on_ended(ended.append)
    other = again()
    management.set_role(account.id, Role.VIEWER)
    SESSIONS.refresh()
    assert session.role == Role.VIEWER
    other.end([session.id])
    assert SESSIONS.find(token)
    SESSIONS.refresh()
    assert SESSIONS.find(token) is None
    assert ended == [frozenset({session.id})]
    SESSIONS._ended_callbacks.clear()


@pytest.mark.usefixtures("accounts_mode")
def test_the_sessions_of_an_account_end_even_if_a_command_has_just_removed_their_records():
    account = add("Ada", Role.BUILDER)
    record = management.find_by_name("Ada")
    server = again()
    kept, cookie = server.begin(record)
    _, other = server.begin(record)
    assert again().end_of_account(account.id) == 2
    assert server.end_of_account(account.id, but=kept.id) == 1
    assert server.find(cookie)
    assert server.find(other) is None


def test_a_session_that_could_not_be_stored_lives_until_the_server_ends(
    loaded: Sessions, database: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session_records, "_PATIENCE_SECONDS", 0.0)
    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE session RENAME TO away")
    _, token = loaded.begin()
    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE away RENAME TO session")
    loaded.refresh()
    assert loaded.find(token)
    assert again().find(token) is None


def test_other_kinds_of_sessions_do_not_count(loaded: Sessions, monkeypatch: pytest.MonkeyPatch):
    _, anonymous = loaded.begin()
    monkeypatch.setenv("ENABLE_AUTH", "token")
    get_settings.cache_clear()
    made = again()
    assert made.find(anonymous) is None
    session, token = made.begin()
    assert (session.user_id, session.role) == (TOKEN_USER, Role.ADMIN)
    monkeypatch.setenv("ENABLE_AUTH", "accounts")
    get_settings.cache_clear()
    assert again().find(token) is None


def test_sessions_that_nobody_uses_any_more_are_removed_whatever_their_mode(
    loaded: Sessions, database: Path, monkeypatch: pytest.MonkeyPatch
):
    loaded.begin()
    monkeypatch.setenv("ENABLE_AUTH", "token")
    get_settings.cache_clear()
    other = again()
    other.begin()
    assert session_records.prune(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert session_records.prune(datetime.now(UTC) + timedelta(hours=1)) == 2
    other.refresh()
    assert other.views() == []


def test_anonymous_sessions_make_room(loaded: Sessions, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sessions, "MOST_ANONYMOUS", 3)
    tokens = [loaded.begin()[1] for _ in range(5)]
    found = [loaded.find(token) is not None for token in tokens]
    assert found == [False, False, True, True, True]


def test_sessions_begin_and_end_in_many_threads(loaded: Sessions):
    def work(_: int) -> bool:
        session, token = loaded.begin()
        found = loaded.find(token) is session
        loaded.refresh()
        loaded.end([session.id])
        return found and loaded.find(token) is None

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(30)))
    assert loaded.views() == []
