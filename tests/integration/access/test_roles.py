"""Every event and every route, as nobody and as each role, at a real server."""

import json
from typing import Any

import pytest

from proto_ddf.accounts.roles import Role, allows
from tests.integration.access.conftest import Place
from tests.registered_app import registry
from tests.tab_sockets import RefusedError, TabSocket

OPEN = {"/api/health", "/health", "/readiness", "/metrics", "/api/session"}
COMING_IN = {"/enter", "/sign-in", "/set-up"}


def routes() -> list[tuple[str, str]]:
    """Method and path of each route and page."""
    found = [(method, path) for methods, path in registry()["routes"] for method in methods]
    found += [("GET", path) for path in registry()["pages"]]
    # Forged ones too.
    found += [("POST", "/_upload"), ("GET", "/api/unknown"), ("POST", "/"), ("GET", "/index.html")]
    named = {"{slug}": "shop", "{report_id}": "r1", "[slug]": "shop", "[source_id]": "s1"}
    named |= {"[operation_id]": "o1", "[incident_id]": "i1"}
    for name, value in named.items():
        found = [(method, path.replace(name, value)) for method, path in found]
    return found


@pytest.mark.parametrize("cookie", ["", "proto_ddf_PORT=forged", "other=1"])
def test_nobody_gets_anything_but_health_and_the_sign_in(place: Place, cookie: str):
    assert len(routes()) > 30
    with place.client(cookie.replace("PORT", str(place.port))) as client:
        for method, path in routes():
            if path in OPEN | COMING_IN:
                continue
            answer = client.request(method, path, headers={"origin": place.server.url})
            assert answer.status_code == 401, (method, path)
            assert "set-cookie" not in answer.headers
        assert client.get("/api/health").status_code == 200
        page = client.get("/apps", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fapps")


@pytest.mark.parametrize("name", ["Ada", "Ben", "Vera"])
def test_each_role_gets_the_routes_of_its_role_alone(place: Place, name: str):
    from proto_ddf.web.access.least_roles import route_row
    from tests.integration.access.conftest import PEOPLE

    allowed = refused = 0
    with place.client(place.sign_in(name)) as client:
        for method, path in routes():
            if path in {"/sign-out", *OPEN, *COMING_IN} or method == "OPTIONS":
                continue
            answer = client.request(method, path, headers={"origin": place.server.url})
            row = route_row("GET" if method == "HEAD" else method, path)
            if row is None:
                assert answer.status_code == 404, (method, path)
            elif allows(PEOPLE[name], row.least or Role.VIEWER):
                assert answer.status_code not in (401, 403), (method, path)
                allowed += 1
            else:
                assert answer.status_code == 403, (method, path)
                refused += 1
    assert allowed > 15
    assert (refused > 0) == (name != "Ada")


@pytest.mark.parametrize(
    "headers", [{"Cookie": ""}, {"Cookie": "proto_ddf_1=x"}, {"Origin": "http://evil.example"}]
)
def test_no_websocket_is_accepted_without_a_session(place: Place, headers: dict[str, str]):
    cookie = place.sign_in("Ada") if "Origin" in headers else ""
    with pytest.raises(RefusedError, match="Connection error: 403"):
        TabSocket(place.port, cookie, headers=headers)


def state_of(place: Place) -> list[Any]:
    tables = ("operation", "source", "app", "notification_channel", "report", "audit_entry")
    return [place.rows(f"SELECT count(*) FROM {table}") for table in tables]


@pytest.mark.parametrize("name", ["Vera", "Ben"])
def test_no_event_runs_that_the_role_may_not_send(place: Place, name: str):
    from tests.integration.access.conftest import PEOPLE

    forbidden = [
        event
        for event in registry()["events"]
        if event not in registry()["roles"]
        or not allows(PEOPLE[name], Role(registry()["roles"][event]))
    ]
    assert len(forbidden) > 60
    with TabSocket(place.port, place.sign_in(name)) as tab:
        tab.load()
        before = state_of(place)
        logged = place.server.log.count("event refused")
        for event in forbidden:
            tab.send(event, **arguments(event))
        refusal = f"Your role, {PEOPLE[name]}, may not do this"
        tab.read_until(lambda: sum(refusal in each for each in tab.notices()) == len(forbidden))
        assert state_of(place) == before
        assert place.server.log.count("event refused") == logged + len(forbidden)


def arguments(event: str) -> dict[str, Any]:
    return {"name": "error_message", "value": "x"} if event.endswith(".setvar") else {}


def test_unknown_and_malformed_events_change_nothing(place: Place):
    with TabSocket(place.port, place.sign_in("Ada")) as tab:
        tab.load()
        for name in ("", "nothing", "reflex___state____state._reset", "a.b.c", "x" * 10_000):
            tab.send(name)
        for text in ("42/_event,[]", "42/_event,", '42/_event,["event"]', "42/other,[1]", "9"):
            tab._socket.send(text)
        tab._socket.send("42/_event," + json.dumps(["event", {"name": 1, "payload": []}]))
        tab.close()
    with TabSocket(place.port, place.sign_in("Ada")) as tab:
        tab.load()
