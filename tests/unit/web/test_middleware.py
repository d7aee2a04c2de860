"""Only requests of this server's own pages, under a loopback name, are admitted."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from proto_ddf.web.middleware import SECURITY_HEADERS, guard, is_own_host

PORT = 7700
HOST = f"127.0.0.1:{PORT}"


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


@pytest.fixture
def client() -> Iterator[TestClient]:
    inner = Starlette(
        routes=[Route("/", _hello, methods=["GET", "POST"]), WebSocketRoute("/ws", _talk)]
    )
    with TestClient(guard(PORT)(inner), base_url=f"http://{HOST}") as made:
        yield made


@pytest.mark.parametrize(
    "host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}", f"[::1]:{PORT}"]
)
def test_answers_to_loopback_names(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 200
    assert answer.text == "hello"


@pytest.mark.parametrize(
    "host",
    [
        f"evil.example:{PORT}",
        f"127.0.0.1.evil.example:{PORT}",
        f"localhost.evil.example:{PORT}",
        "127.0.0.1:9999",
        "127.0.0.1",
        f"192.168.0.5:{PORT}",
        f"[::2]:{PORT}",
        "",
    ],
)
def test_refuses_other_hosts_with_plain_words(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "localhost" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


def test_port_80_may_be_left_out() -> None:
    assert is_own_host("localhost", 80)
    assert is_own_host("[::1]", 80)
    assert not is_own_host("localhost", 3000)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://{HOST}", "http://127.0.0.1:1"]
)
def test_refuses_posts_of_other_sites(client: TestClient, origin: str) -> None:
    assert client.post("/", headers={"origin": origin}).status_code == 403


def test_allows_posts_of_its_own_pages_and_of_tools_without_an_origin(client: TestClient) -> None:
    assert client.post("/", headers={"origin": f"http://{HOST}"}).status_code == 200
    assert client.post("/").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.example"}])
def test_closes_websockets_that_its_own_pages_did_not_open(
    client: TestClient, headers: dict[str, str]
) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect("/ws", headers={"host": HOST, **headers}),
    ):
        pass
    assert closed.value.code == 1008


def test_opens_a_websocket_for_its_own_page(client: TestClient) -> None:
    with client.websocket_connect("/ws", headers={"host": HOST, "origin": f"http://{HOST}"}) as ws:
        assert ws.receive_text() == "hello"


@pytest.mark.parametrize("host", [HOST, "evil.example"])
def test_every_answer_carries_the_security_headers(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
