"""Who gets into an app that needs sign-in, and what the app learns of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from proto_ddf.serving.app_sessions import AppSession
from proto_ddf.serving.middleware.app_sign_in import ENTER_PATH, AppSignIn
from proto_ddf.serving.settings import SignIn
from proto_ddf.serving.tickets import Rights, Ticket, probe_pass

KEY = "key of the shop"
PORT = 3100
URL = f"http://127.0.0.1:{PORT}"
PAGE = {"sec-fetch-dest": "document"}
OPEN = ("/api/health",)


async def tell(request: Request) -> JSONResponse:
    return JSONResponse({"headers": request.headers.items()})


APP = Starlette(routes=[Route("/{path:path}", tell, methods=["GET", "POST", "HEAD"])])


def gate(seconds: float = 300.0, *, only_editors: bool = False) -> AppSignIn:
    wanted = SignIn("shop", "http://{host}:7700", seconds, only_editors)
    return AppSignIn(APP, wanted, KEY, PORT, OPEN)


def entry(rights: Rights = "editor", back: str = "/orders", user: str = "anna") -> httpx.URL:
    text = Ticket("shop", user, rights).signed(KEY)
    return httpx.URL(f"{URL}{ENTER_PATH}", params={"ticket": text, "next": back})


def visit(
    act: Callable[[httpx.AsyncClient, AppSignIn], Awaitable[Any]], made: AppSignIn | None = None
) -> Any:
    async def run() -> Any:
        app = made or gate()
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await act(client, app)

    return asyncio.run(run())


def test_a_ticket_becomes_a_session_with_its_rights() -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        for rights in ("editor", "viewer"):
            entered = await client.get(entry(rights))
            assert (entered.status_code, entered.headers["location"]) == (303, "/orders")
            cookie = entered.headers["set-cookie"]
            assert cookie.startswith(f"app_session_{PORT}=")
            assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
            headers = dict((await client.get("/orders")).json()["headers"])
            assert (headers["x-app-rights"], headers["x-app-person"]) == (rights, "anna")

    visit(act)


def test_the_cookie_is_bound_to_tls_and_the_host_where_there_is_tls() -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        entered = await client.get(entry().copy_with(scheme="https"))
        cookie = entered.headers["set-cookie"]
        assert cookie.startswith(f"__Host-app_session_{PORT}=")
        assert cookie.endswith("; Secure")

    visit(act)


def test_who_has_no_session_is_led_to_proto_ddf_and_back() -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        for host in ("127.0.0.1", "localhost", "[::1]"):
            answer = await client.get(
                "/orders?day=1&x=%C3%A4", headers={**PAGE, "host": f"{host}:{PORT}"}
            )
            assert answer.status_code == 303
            address = urlsplit(answer.headers["location"])
            assert (address.scheme, address.netloc) == ("http", f"{host}:7700")
            assert address.path == "/apps/shop/enter"
            assert parse_qs(address.query) == {"next": ["/orders?day=1&x=%C3%A4"]}

    visit(act)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_everything_else_is_refused_without_a_session(method: str) -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        others = {
            "": "",
            "proto_ddf_7700": "a",
            "app_session_3101": "a",
            f"app_session_{PORT}": "guessed",
        }
        for name, value in others.items():
            headers = {"cookie": f"{name}={value}", "x-app-rights": "editor"}
            for path in ("/", "/api/outbox", "/browser/main.js", "/_event/"):
                assert (await client.request(method, path, headers=headers)).status_code == 401

    visit(act)


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "forged",
        Ticket("stock", "anna", "editor").signed(KEY),
        Ticket("shop", "anna", "editor").signed("another key"),
        Ticket("shop", "anna", "editor", issued_at=0.0).signed(KEY),
    ],
)
def test_a_ticket_that_does_not_hold_makes_no_session(ticket: str) -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        answer = await client.get(ENTER_PATH, params={"ticket": ticket})
        assert answer.status_code in (303, 403)
        assert "set-cookie" not in answer.headers
        assert (await client.get("/")).status_code == 401

    visit(act)


def test_a_ticket_holds_once() -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        address = entry()
        assert (await client.get(address)).status_code == 303
        client.cookies.clear()
        assert (await client.get(address)).status_code == 403
        page = await client.get(address, headers=PAGE)
        assert page.status_code == 403
        assert '<a class="button" href="/orders">Open the app</a>' in page.text

    visit(act)


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil", "x", ""])
def test_the_way_back_stays_in_the_app(wanted: str) -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        assert (await client.get(entry(back=wanted))).headers["location"] == "/"

    visit(act)


def test_the_app_gets_no_cookie_of_a_session_and_no_rights_of_a_client() -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        await client.get(entry("viewer"))
        own = client.cookies[f"app_session_{PORT}"]
        cookies = f"a=1; proto_ddf_7700=x; app_session_{PORT}={own}; app_session_3101=y; b=2"
        client.cookies.clear()
        claimed = {"X-App-Rights": "editor", "X-App-Person": "ben"}
        answer = await client.get("/", headers={"cookie": cookies, **claimed})
        headers = answer.json()["headers"]
        assert [value for name, value in headers if name == "x-app-person"] == ["anna"]
        assert [value for name, value in headers if name == "cookie"] == ["a=1; b=2"]
        assert [value for name, value in headers if name == "x-app-rights"] == ["viewer"]

    visit(act)


def test_health_is_open_and_tells_how_the_session_is() -> None:
    async def act(client: httpx.AsyncClient, app: AppSignIn) -> list[str | None]:
        states = []
        answer = await client.head("/api/health")
        states.append(answer.headers.get("x-sign-in"))
        await client.get(entry())
        states.append((await client.head("/api/health")).headers.get("x-sign-in"))
        session = only_session(app)
        assert session.timer is not None
        loop = asyncio.get_running_loop()
        session.timer.cancel()
        session.timer = loop.call_later(100.0, print)
        states.append((await client.head("/api/health")).headers.get("x-sign-in"))
        asked = await client.get(ENTER_PATH, params={"next": "/api/health"})
        assert asked.headers["location"].endswith("/apps/shop/enter?next=%2Fapi%2Fhealth")
        renewed = await client.get(entry())
        assert "set-cookie" not in renewed.headers
        states.append((await client.head("/api/health")).headers.get("x-sign-in"))
        assert only_session(app) is session
        app._sessions.end(session)
        states.append((await client.head("/api/health")).headers.get("x-sign-in"))
        return states

    assert visit(act) == ["needed", None, "renew", None, "needed"]


def test_a_session_ends_by_itself() -> None:
    async def act(client: httpx.AsyncClient, app: AppSignIn) -> None:
        await client.get(entry())
        await only_session(app).ended.wait()
        assert (await client.get("/")).status_code == 401

    visit(act, gate(seconds=0.01))


@pytest.mark.parametrize("change", [{"rights": "viewer"}, {"user": "ben"}])
def test_other_rights_and_another_person_end_the_session(change: dict[str, Any]) -> None:
    async def act(client: httpx.AsyncClient, app: AppSignIn) -> None:
        await client.get(entry())
        before = only_session(app)
        await client.get(entry(**change))
        assert before.ended.is_set()
        assert only_session(app) is not before

    visit(act)


def test_health_probes_need_no_session() -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        right = {"authorization": f"Bearer {probe_pass(KEY)}"}
        answer = await client.get("/", headers=right)
        assert dict(answer.json()["headers"])["x-app-rights"] == "viewer"
        assert (await client.post("/", headers=right)).status_code == 401
        for wrong in ("Bearer ", f"Bearer {probe_pass('another key')}", probe_pass(KEY)):
            assert (await client.get("/", headers={"authorization": wrong})).status_code == 401

    visit(act)


def test_code_that_does_not_know_viewers_is_for_editors_alone() -> None:
    async def act(client: httpx.AsyncClient, _: AppSignIn) -> None:
        assert (await client.get(entry("viewer"))).status_code == 403
        assert (await client.get("/")).status_code == 401
        assert (await client.get(entry("editor"))).status_code == 303

    visit(act, gate(only_editors=True))


def test_a_websocket_ends_with_its_session() -> None:
    async def act() -> None:
        app = gate()
        heard: list[dict[str, Any]] = []
        has_heard = asyncio.Event()

        async def echo(scope: Any, receive: Any, send: Any) -> None:
            while True:
                heard.append(await receive())
                if heard[-1]["type"] == "websocket.receive":
                    has_heard.set()
                if heard[-1]["type"] == "websocket.disconnect":
                    return

        app._app = echo
        session = app._sessions.begin(Ticket("shop", "anna", "editor"))
        sent: list[dict[str, Any]] = []
        coming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        coming.put_nowait({"type": "websocket.connect"})
        coming.put_nowait({"type": "websocket.receive", "text": "hello"})

        async def send(message: Any) -> None:
            sent.append(message)

        socket = asyncio.create_task(app(websocket(session), coming.get, send))
        await has_heard.wait()
        app._sessions.end(session)
        await socket
        assert [each["type"] for each in heard] == [
            *("websocket.connect", "websocket.receive", "websocket.disconnect")
        ]
        assert [(each["type"], each["code"]) for each in sent] == [("websocket.close", 1008)]
        coming.put_nowait({"type": "websocket.connect"})
        await app(websocket(session), coming.get, send)
        assert len(heard) == 3
        assert sent[-1]["type"] == "websocket.close"

    asyncio.run(act())


def websocket(session: AppSession) -> dict[str, Any]:
    cookie = f"app_session_{PORT}={session.id}".encode()
    return {
        "type": "websocket",
        "scheme": "ws",
        "path": "/_event/",
        "headers": [(b"cookie", cookie)],
    }


def only_session(app: AppSignIn) -> AppSession:
    (found,) = app._sessions._sessions.values()
    return found
