"""The gate in each mode of sign-in, in front of a small app."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.accounts.sign_in import entry_path
from proto_ddf.current_user import current_user
from proto_ddf.settings import get_settings
from proto_ddf.web.access.binding import bind, session_id_of
from proto_ddf.web.access.gate import Gate
from proto_ddf.web.access.request_session import session_of
from proto_ddf.web.access.routes import access_routes, own_address

PAGE = {"accept": "text/html", "sec-fetch-dest": "document"}


async def _who(request: Request) -> JSONResponse:
    session = session_of(request.scope)
    body = len(await request.body())
    return JSONResponse({"id": session and session.id, "user": current_user(), "body": body})


async def _talk(websocket: WebSocket) -> None:
    await websocket.accept()
    session = session_of(websocket.scope)
    await websocket.send_json(session.id if session else None)
    await websocket.close()


Opening = Callable[..., TestClient]


@pytest.fixture
def open_in(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opening]:
    """A client of the app in a mode of sign-in."""
    routes = [
        *access_routes(),
        Route("/", _who),
        Route("/generate", _who),
        Route("/api/uploads", _who, methods=["POST"]),
        Route("/_upload", _who, methods=["POST"]),
        WebSocketRoute("/_event/", _talk),
    ]
    app = Gate(Starlette(routes=routes))

    def opened(mode: str, address: str = "http://127.0.0.1:3000") -> TestClient:
        monkeypatch.setenv("ENABLE_AUTH", mode)
        get_settings.cache_clear()
        SESSIONS.load()
        return TestClient(app, base_url=address, follow_redirects=False)

    yield opened
    get_settings.cache_clear()


def websocket_session(client: TestClient) -> object:
    with client.websocket_connect("ws://127.0.0.1:3000/_event/") as websocket:
        return websocket.receive_json()


def test_without_sign_in_the_first_page_begins_a_session(open_in: Opening):
    client = open_in("false")
    with pytest.raises(WebSocketDisconnect):
        websocket_session(client)
    first = client.get("/", headers=PAGE)
    assert first.json()["user"] == "anonymous"
    session_id = first.json()["id"]
    assert SESSIONS.get(session_id)
    assert "set-cookie" not in client.get("/", headers=PAGE).headers
    assert websocket_session(client) == session_id


def test_without_sign_in_other_programs_need_no_session_and_get_none(open_in: Opening):
    client = open_in("false")
    assert client.post("/api/uploads", content=b"abc").json() == {
        "id": None,
        "user": "anonymous",
        "body": 3,
    }
    assert client.get("/").json()["id"] is None
    assert client.get("/", headers={**PAGE, "sec-fetch-dest": "image"}).json()["id"] is None
    assert client.post("/_upload").status_code == 404
    assert SESSIONS.views() == []


def test_a_page_of_another_mode_begins_no_session(open_in: Opening):
    for mode in ("token", "accounts"):
        client = open_in(mode)
        assert "set-cookie" not in client.get("/", headers=PAGE).headers


def test_by_token_the_link_lets_in_once(open_in: Opening):
    client = open_in("token")
    refused = client.get("/", headers=PAGE)
    assert refused.status_code == 401
    assert "make link" in refused.text
    link = entry_path(get_settings())
    assert client.head(link).status_code == 204
    entered = client.get(link)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert client.get("/").json()["user"] == "owner"
    assert client.get("/api/session").json() == {"user": "Owner", "role": "admin"}
    assert client.get(link).headers["location"] == "/"  # who is in stays in
    client.cookies.clear()
    again = client.get(link)
    assert again.status_code == 403
    assert "make link" in again.text
    assert "set-cookie" not in again.headers


def test_over_tls_the_cookie_is_for_this_host_alone(open_in: Opening):
    client = open_in("token", "https://data.example.org")
    header = client.get(entry_path(get_settings())).headers["set-cookie"]
    assert header.startswith(f"__Host-proto_ddf_{get_settings().port}=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
    value = header.partition("=")[2].partition(";")[0]
    plain = {"cookie": f"proto_ddf_{get_settings().port}={value}"}
    client.cookies.clear()
    assert client.get("/", headers=plain).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["proto_ddf_{port}=", "proto_ddf_{port}", "=x", "; ;", "proto_ddf_{port}=\x80\xff"]
)
def test_forged_cookies_are_nobodys(open_in: Opening, cookie: str):
    client = open_in("accounts")
    header = {"cookie": cookie.replace("{port}", str(get_settings().port)).encode("latin-1")}
    assert client.get("/", headers=header).status_code == 401
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_event/", headers=header):
        pass


def test_a_refused_upload_is_read_before_it_is_answered(open_in: Opening):
    client = open_in("accounts")
    read: list[int] = []

    def body() -> Iterator[bytes]:
        for _ in range(20):
            read.append(10_000)
            yield b"x" * 10_000

    answer = client.post("/api/uploads", content=body())
    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in")
    assert sum(read) == 200_000


def test_routes_of_another_mode_lead_to_the_overview(open_in: Opening):
    for mode, paths in {
        "false": ["/enter?token=x", "/sign-in", "/set-up?token=x"],
        "token": ["/sign-in", "/set-up?token=x"],
        "accounts": ["/enter?token=x"],
    }.items():
        client = open_in(mode)
        for path in paths:
            assert client.get(path).headers["location"] == "/"


@given(st.text(max_size=60))
def test_only_addresses_of_this_server_are_gone_to(text: str):
    from urllib.parse import urljoin, urlsplit

    for wanted in (text, f"/{text}", f"//{text}", f"/\\{text}"):
        joined = urljoin("http://here.example/sign-in", own_address(wanted).replace("\\", "/"))
        assert urlsplit(joined).netloc == "here.example"


@given(
    st.text(max_size=50),
    st.text(max_size=50),
    st.text("0123456789abcdef", min_size=12, max_size=12),
)
def test_a_bound_token_names_its_session_and_differs_by_token(one: str, two: str, session: str):
    bound = bind(session, one)
    assert session_id_of(bound) == session
    assert (bound == bind(session, two)) == (one == two)
    assert bound != bind("other", one)
    assert bind(session, bound) != bound
