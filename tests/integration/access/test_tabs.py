"""A tab's state, socket and running work belong to one session."""

import time
from uuid import uuid4

import pytest

from proto_ddf.accounts.sessions import Sessions
from proto_ddf.settings import get_settings
from tests.homes import opened_home
from tests.integration.access.conftest import Place
from tests.tab_sockets import PATIENCE, RefusedError, TabSocket

STATE = "reflex___state____state.proto_ddf___web___apps___state____app_state"
SEARCH = f"{STATE}.set_log_search"


def searched(place: Place, cookie: str, token: str) -> tuple[str, str]:
    """What a tab with this token shows after its load, and the new token that it got, if any."""
    with TabSocket(place.port, cookie, token) as tab:
        tab.load()
        return str(tab.value("log_search")), tab.new_token


def test_a_token_leads_to_the_state_of_its_own_session_alone(place: Place):
    mine, other, vera = (place.sign_in(name) for name in ("Ben", "Ben", "Vera"))
    token = str(uuid4())
    with TabSocket(place.port, mine, token) as tab:
        tab.load()
        tab.send(SEARCH, text="my secret")
        tab.send(SEARCH, text="my secret")
        tab.read_until(lambda: tab.value("log_search") == "my secret")
        assert searched(place, other, token) == ("", "")
        assert searched(place, vera, token) == ("", "")
    assert searched(place, mine, token)[0] == "my secret"


def test_a_duplicated_tab_gets_a_state_of_its_own(place: Place):
    cookie, token = place.sign_in("Ben"), str(uuid4())
    with TabSocket(place.port, cookie, token) as tab:
        tab.load()
        tab.send(SEARCH, text="first")
        tab.read_until(lambda: tab.value("log_search") == "first")
        with twin(place, cookie, token, answering=tab) as second:
            assert second.new_token not in ("", token)
            second.load()
            assert second.value("log_search") == ""
        tab.send(SEARCH, text="still here")
        tab.read_until(lambda: tab.value("log_search") == "still here")


def twin(place: Place, cookie: str, token: str, answering: TabSocket) -> TabSocket:
    """A second tab with the token, while the first one answers the server's question."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(TabSocket, place.port, cookie, token)
        while not opening.done():
            answering.read(0.05)
        return opening.result()


def test_a_tab_that_connects_again_before_its_old_socket_is_closed_keeps_its_state(place: Place):
    """reflex#6345"""
    cookie, token = place.sign_in("Ben"), str(uuid4())
    old = TabSocket(place.port, cookie, token, answers_pings=False)
    old.send(SEARCH, text="kept")
    old.read_until(lambda: old.value("log_search") == "kept")
    with TabSocket(place.port, cookie, token) as tab:
        assert tab.new_token == ""
        tab.load()
        assert tab.value("log_search") == "kept"
        old.read_until(lambda: True)
        read_to_the_end(old)
        tab.send(SEARCH, text="after the old one is closed")
        tab.read_until(lambda: tab.value("log_search") == "after the old one is closed")


def read_to_the_end(tab: TabSocket) -> None:
    deadline = time.monotonic() + PATIENCE
    while not tab.is_closed:
        assert time.monotonic() < deadline, "the socket is still open"
        tab.read(0.2)


def test_both_ends_notice_a_lost_link_within_five_seconds(place: Place):
    with TabSocket(place.port, place.sign_in("Vera")) as tab:
        assert 0 < tab.handshake["pingInterval"] + tab.handshake["pingTimeout"] <= 5000


def test_signing_out_ends_every_tab_and_no_event_runs_after_it(place: Place):
    cookie, other = place.sign_in("Ben"), place.sign_in("Ben")
    tabs = [TabSocket(place.port, cookie, page="/apps") for _ in range(2)]
    for tab in tabs:
        tab.load()
    with place.client(cookie) as client:
        answer = client.post("/sign-out", headers={"origin": place.server.url})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert client.get("/api/session").json() == {"error": "sign_in", "address": "/sign-in"}
        assert client.get("/api/apps/shop/log").status_code == 401
    for tab in tabs:
        read_to_the_end(tab)
    with pytest.raises(RefusedError):
        TabSocket(place.port, cookie)
    with TabSocket(place.port, other) as tab:
        tab.load()


def test_what_another_process_revokes_ends_here_within_moments(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    cookie = place.sign_in("Vera")
    tab = TabSocket(place.port, cookie)
    tab.load()
    monkeypatch.setenv("PROTO_DDF_HOME", str(place.server.home))
    monkeypatch.setenv("ENABLE_AUTH", "accounts")
    with opened_home():
        sessions = Sessions()
        sessions.load()
        found = sessions.find(cookie.partition("=")[2])
        assert found is not None
        sessions.end([found.id])
    get_settings.cache_clear()
    read_to_the_end(tab)
    with place.client(cookie) as client:
        assert client.get("/api/session").status_code == 401


def test_a_session_has_a_limited_number_of_tabs_and_closed_ones_do_not_count(place: Place):
    cookie = place.sign_in("Vera")
    for _ in range(2):
        tabs = [TabSocket(place.port, cookie) for _ in range(5)]
        with pytest.raises(RefusedError, match="too_many_tabs"):
            TabSocket(place.port, cookie)
        with TabSocket(place.port, place.sign_in("Vera")):
            pass  # another session has its own
        for tab in tabs:
            tab.close()
        opened = wait_for_room(place, cookie)
        opened.close()


def wait_for_room(place: Place, cookie: str) -> TabSocket:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return TabSocket(place.port, cookie)
        except RefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_flood_of_events_holds_back_only_its_own_tab(place: Place):
    cookie = place.sign_in("Ben")
    with TabSocket(place.port, cookie) as flooding, TabSocket(place.port, cookie) as calm:
        flooding.load()
        calm.load()
        for n in range(400):
            flooding.send(SEARCH, text=f"flood {n}")
        calm.send(SEARCH, text="calm")
        calm.read_until(lambda: calm.value("log_search") == "calm")
        assert flooding.value("log_search") != "flood 399"
        flooding.read(0.0)
        assert flooding.value("log_search") != "flood 399"
        flooding.read_until(lambda: flooding.value("log_search") == "flood 399")


def test_operations_are_of_the_account_that_started_them(place: Place):
    reports = "reflex___state____state.proto_ddf___web___errors___reports___state____reports_state"
    for name in ("Ben", "Ada"):
        with TabSocket(place.port, place.sign_in(name), page="/errors/reports") as tab:
            tab.load()
            tab.send(f"{reports}.generate", options={})
            tab.read_until(lambda name=name: started_by(place, name))
            [(user,)] = place.rows(
                "SELECT user_id FROM operation WHERE id = ?", started_by(place, name)[0][0]
            )
            assert user == place.ids[name]
    assert started_by(place, "Vera") == []
    assert f"user={place.ids['Ben']}" in place.server.log


def started_by(place: Place, name: str) -> list[tuple]:
    """The ids of operations, from the audit."""
    query = "SELECT detail FROM audit_entry WHERE action = 'operation_started' AND user_id = ?"
    return place.rows(query, place.ids[name])
