"""A generated app answers at its own addresses and to its own pages.

What belongs to the kind: names that resolve to this machine, names that only begin or end like an allowed one,
numeric addresses in other notations, other ports of an allowed host, `null`, another scheme, two headers where one
is allowed, a websocket without an origin. The app that is really served is tested in
tests/browser/generated/test_access.py."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

PORT = 7700
HOST = f"127.0.0.1:{PORT}"
REFUSED = 1008
Make = Callable[..., TestClient]


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


@pytest.fixture(scope="module")
def access(awkward: Any) -> ModuleType:
    module: ModuleType = awkward.access
    return module


@pytest.fixture
def make(access: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes clients of a small app behind the generated app's check of hosts and origins."""

    def made(hosts: str = "") -> TestClient:
        monkeypatch.setenv("ALLOWED_HOSTS", hosts)
        inner = Starlette(
            routes=[Route("/", _hello, methods=["GET", "POST"]), WebSocketRoute("/ws", _talk)]
        )
        return TestClient(access.guard_access(PORT)(inner), base_url=f"http://{HOST}")

    return made


def opens(client: TestClient, host: str, origin: str | None) -> bool:
    """Whether the websocket is opened."""
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    try:
        with client.websocket_connect("/ws", headers=headers) as websocket:
            return websocket.receive_text() == "hello"
    except WebSocketDisconnect as closed:
        return closed.code != REFUSED


@pytest.mark.parametrize(
    "host",
    [HOST, f"localhost:{PORT}", f"LOCALHOST:{PORT}", f"[::1]:{PORT}", "localhost", "127.8.8.8"],
)
def test_loopback_names_are_always_accepted(make: Make, host: str) -> None:
    assert make("shop.example").get("/", headers={"host": host}).text == "hello"


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            f"evil.example:{PORT}",
            f"127.0.0.1.evil.example:{PORT}",
            "localhost.evil",
        ),
        *("notshop.example", "shop.example.evil", "shop.example.", "shop.example@evil.example"),
        *(
            "192.168.0.5",
            "0.0.0.0",
            "2130706433",
            "127.1",
            "0x7f.0.0.1",
            "[::2]",
            "[::ffff:8.8.8.8]",
        ),
        *("127.0.0.1:", "127.0.0.1:x", "127.0.0.1:80:80", "::1", "[localhost]", "", " "),
    ],
)
def test_other_names_are_refused_with_a_message(make: Make, host: str) -> None:
    answer = make("shop.example").get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


@given(host=st.from_regex(r"[a-zA-Z0-9.:@\[\]_-]{0,40}", fullmatch=True))
def test_no_name_but_loopback_is_ever_accepted(access: ModuleType, host: str) -> None:
    with TestClient(access.guard_access(PORT)(Starlette(routes=[Route("/", _hello)]))) as client:
        answer = client.get("/", headers={"host": host})
    name = host.lower().removesuffix(":" + host.rpartition(":")[2]) if ":" in host else host.lower()
    own = name in ("localhost", "[::1]") or name.startswith("127.")
    assert answer.status_code == 400 or own


def test_two_host_headers_are_refused(make: Make) -> None:
    answer = make().get("/", headers=[("host", HOST), ("host", "evil.example")])  # type: ignore[arg-type]
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("hosts", "host", "origin"),
    [
        ("", HOST, f"http://{HOST}"),
        ("", f"localhost:{PORT}", f"http://localhost:{PORT}"),
        ("", "localhost:8000", f"http://localhost:{PORT}"),  # reflex run: two ports
        ("", f"[::1]:{PORT}", f"http://[::1]:{PORT}"),
        ("shop.example", "shop.example", "https://shop.example"),
        ("shop.example", "shop.example", "http://shop.example"),
        ("shop.example", f"shop.example:{PORT}", f"http://shop.example:{PORT}"),
        ("shop.example", HOST, "https://shop.example"),  # a proxy that sends its own Host
        (" a.example , SHOP.example:8443,", "shop.example:8443", "https://shop.example:8443"),
        ("shop.example:8443", "shop.example", "https://shop.example:8443"),
        ("shop.example:443", "shop.example", "https://shop.example"),
        ("10.0.0.7", f"10.0.0.7:{PORT}", f"http://10.0.0.7:{PORT}"),
        ("[fd00::7]", f"[fd00::7]:{PORT}", f"http://[fd00::7]:{PORT}"),
    ],
)
def test_its_own_pages_may_send(make: Make, hosts: str, host: str, origin: str) -> None:
    client = make(hosts)
    assert client.post("/", headers={"host": host, "origin": origin}).status_code == 200
    assert opens(client, host, origin)


@pytest.mark.parametrize(
    ("hosts", "host", "origin"),
    [
        ("", HOST, "http://evil.example"),
        ("", HOST, "null"),
        ("", HOST, ""),
        ("", HOST, f"https://{HOST}"),
        ("", HOST, "http://127.0.0.1:1"),
        ("", HOST, "http://localhost"),
        ("", f"localhost:{PORT + 1}", f"http://localhost:{PORT + 1}"),
        ("", HOST, f"http://evil.example:{PORT}"),
        ("shop.example", "shop.example", "https://evil.example"),
        ("shop.example", "shop.example", "https://shop.example:8443"),
        ("shop.example", "shop.example", "https://sub.shop.example"),
        ("shop.example", "shop.example", "https://shop.example.evil"),
        ("shop.example", "evil.example", "https://evil.example"),
        ("shop.example:8443", "shop.example:8443", "https://shop.example"),
        ("shop.example", "shop.example", "ftp://shop.example"),
    ],
)
def test_pages_of_other_sites_may_not_send(make: Make, hosts: str, host: str, origin: str) -> None:
    client = make(hosts)
    assert client.post("/", headers={"host": host, "origin": origin}).status_code in (400, 403)
    assert not opens(client, host, origin)


def test_a_websocket_needs_an_origin_and_a_plain_request_none(make: Make) -> None:
    client = make()
    assert not opens(client, HOST, None)
    assert client.post("/", headers={"host": HOST}).status_code == 200


@pytest.mark.parametrize("host", [HOST, "evil.example"])
def test_every_answer_carries_the_security_headers(
    make: Make, access: ModuleType, host: str
) -> None:
    answer = make().get("/", headers={"host": host})
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for name, value in access.SECURITY_HEADERS.items():
        assert answer.headers[name] == value


@pytest.mark.parametrize(
    "hosts", ["https://shop.example", "shop.example/", "*", "a b", "x:y", "a,,b:"]
)
def test_an_invalid_host_name_is_refused_at_start_with_a_message(
    make: Make, access: ModuleType, hosts: str
) -> None:
    with pytest.raises(ValueError, match=r"ALLOWED_HOSTS: '.*' is not a host name"):
        make(hosts)


def test_the_socket_server_gets_the_same_addresses(
    access: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "shop.example,other.example:8443")
    assert access.origins(80) == [
        *("http://127.0.0.1", "http://localhost", "http://[::1]"),
        *("http://shop.example", "https://shop.example"),
        *("http://other.example:8443", "https://other.example:8443"),
    ]
