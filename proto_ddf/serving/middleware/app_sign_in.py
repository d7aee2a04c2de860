"""Lets only those into an app who have signed in to Proto-DDF.

Who has no session of the app is led to Proto-DDF, which checks its own session and leads back with a ticket. The ticket
becomes a session of the app, which lasts some minutes. Before it ends, the page renews it in the same way in the
background (assets/browser/sign_in.js), so that the app follows what Proto-DDF's session may do.

All servers on a host get the same cookies, whatever their port. So the app gets neither its session's cookie nor
Proto-DDF's, and another app's session is not known here. It learns who comes, and with which rights, by headers that
clients cannot set.
"""

import asyncio
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..answers import close_websocket, send_answer
from ..app_sessions import AppSession, AppSessions
from ..hosts import own_address, parse_host
from ..plain_page import is_shown, link_button
from ..refusal import refuse, send_refusal
from ..settings import SignIn
from ..tickets import Rights, TicketReader, is_probe_pass
from .base import Middleware

ENTER_PATH = "/api/sign-in"
RIGHTS_HEADER = "x-app-rights"
PERSON_HEADER = "x-app-person"
"""Tells people apart; it is not a name."""
STATE_HEADER = "x-sign-in"
"""In answers of health: "renew" if the session ends soon, "needed" if there is none."""
_NO_STORE = (b"cache-control", b"no-store")
_COOKIE = "app_session_"
_HIDDEN_COOKIES = (_COOKIE, f"__Host-{_COOKIE}", "proto_ddf_", "__Host-proto_ddf_")


class AppSignIn(Middleware):
    def __init__(
        self, app: ASGIApp, wanted: SignIn, key: str, port: int, open_paths: tuple[str, ...]
    ) -> None:
        super().__init__(app)
        self._wanted, self._key, self._port = wanted, key, port
        self._open_paths = open_paths
        self._tickets = TicketReader(wanted.app, key)
        self._sessions = AppSessions(wanted.session_seconds)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._sessions.find(_cookies(scope).get(self._cookie_name(scope), ""))
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send, session)
        elif scope["path"] == ENTER_PATH and scope["method"] == "GET":
            await self._enter(scope, send, session)
        elif scope["path"] in self._open_paths:
            await self._app(_for_app(scope, "viewer"), receive, self._with_state(send, session))
        elif session is not None:
            await self._app(_for_session(scope, session), receive, send)
        elif self._is_probe(scope):
            await self._app(_for_app(scope, "viewer"), receive, send)
        elif _is_page(scope):
            query = scope["query_string"].decode("latin-1")
            await self._ask(scope, send, scope["path"] + (f"?{query}" if query else ""))
        else:
            text = "Sign in first."
            await refuse(scope, receive, send, status=401, text=text, reason="sign_in")

    async def _websocket(
        self, scope: Scope, receive: Receive, send: Send, session: AppSession | None
    ) -> None:
        if session is None:
            text = "Sign in first."
            await refuse(scope, receive, send, status=403, text=text, reason="sign_in")
            return
        until_end = _UntilEnd(session, receive, send)
        try:
            await self._app(_for_session(scope, session), until_end.receive, send)
        finally:
            until_end.close()

    async def _enter(self, scope: Scope, send: Send, session: AppSession | None) -> None:
        """Make a session of a ticket. Without one, ask for it: so a page renews its session."""
        given = parse_qs(scope["query_string"].decode("latin-1"))
        back = own_address(given.get("next", [""])[0])
        if "ticket" not in given:
            await self._ask(scope, send, back)
            return
        ticket = self._tickets.read(given["ticket"][0])
        if ticket is None:
            text = "This link to the app has been used or has expired. Open the app again."
            again = link_button("Open the app", back)
            await send_refusal(scope, send, 403, text, [_NO_STORE], link=again)
            return
        if self._wanted.only_editors and ticket.rights != "editor":
            text = "This app must be generated again before people who may only read can open it."
            await send_refusal(scope, send, 403, text, [_NO_STORE])
            return
        headers = []
        if session is None or not self._sessions.renew(session, ticket):
            if session is not None:
                self._sessions.end(session)
            cookie = self._set_cookie(scope, self._sessions.begin(ticket))
            headers.append((b"set-cookie", cookie.encode()))
        await _see_other(send, back, headers)

    async def _ask(self, scope: Scope, send: Send, back: str) -> None:
        """Lead to Proto-DDF, at the host name by which the browser knows this machine."""
        hosts = Headers(scope=scope).getlist("host")
        host = parse_host(hosts[0], "http") if len(hosts) == 1 else None
        if host is None:
            await send_answer(send, 400, "The Host header names no host.")
            return
        server = self._wanted.server.replace("{host}", host.in_address)
        query = urlencode({"next": back})
        await _see_other(send, f"{server}/apps/{self._wanted.app}/enter?{query}")

    def _with_state(self, send: Send, session: AppSession | None) -> Send:
        async def send_with_state(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if session is None:
                    headers[STATE_HEADER] = "needed"
                elif self._sessions.is_to_be_renewed(session):
                    headers[STATE_HEADER] = "renew"
            await send(message)

        return send_with_state

    def _is_probe(self, scope: Scope) -> bool:
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        return scheme == "Bearer" and scope["method"] == "GET" and is_probe_pass(given, self._key)

    def _cookie_name(self, scope: Scope) -> str:
        return f"{'__Host-' if _is_secure(scope) else ''}{_COOKIE}{self._port}"

    def _set_cookie(self, scope: Scope, session: AppSession) -> str:
        secure = "; Secure" if _is_secure(scope) else ""
        return f"{self._cookie_name(scope)}={session.id}; Path=/; HttpOnly; SameSite=Lax{secure}"


class _UntilEnd:
    """The messages of a websocket until its session ends, which closes it."""

    def __init__(self, session: AppSession, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._ended = asyncio.create_task(session.ended.wait())
        self._next: asyncio.Task[Message] | None = None

    async def receive(self) -> Message:
        self._next = self._next or asyncio.ensure_future(self._receive())
        await asyncio.wait({self._next, self._ended}, return_when=asyncio.FIRST_COMPLETED)
        if self._ended.done():
            self._next.cancel()
            await close_websocket(self._send, 1008, "sign_in")
            return {"type": "websocket.disconnect", "code": 1008}
        done, self._next = self._next, None
        return done.result()

    def close(self) -> None:
        self._ended.cancel()
        if self._next:
            self._next.cancel()


def _for_session(scope: Scope, session: AppSession) -> Scope:
    return _for_app(scope, session.ticket.rights, session.ticket.user)


def _for_app(scope: Scope, rights: Rights, person: str = "") -> Scope:
    """The scope as the app gets it: with the rights and who has them, without the cookies that are not meant for it."""
    others = {
        name: value
        for name, value in _cookies(scope).items()
        if not name.startswith(_HIDDEN_COOKIES)
    }
    told = {RIGHTS_HEADER: rights, PERSON_HEADER: person}
    dropped = {"cookie", *told}
    headers = [
        each for each in scope["headers"] if each[0].lower().decode("latin-1") not in dropped
    ]
    headers += [(name.encode(), value.encode()) for name, value in told.items()]
    if others:
        text = "; ".join(f"{name}={value}" for name, value in others.items())
        headers.append((b"cookie", text.encode("latin-1")))
    return {**scope, "headers": headers}


def _cookies(scope: Scope) -> dict[str, str]:
    """By name; of several with one name the first, which is the one with the longest path."""
    found: dict[str, str] = {}
    for header in Headers(scope=scope).getlist("cookie"):
        for pair in header.split(";"):
            name, separator, value = pair.strip().partition("=")
            if separator:
                found.setdefault(name, value)
    return found


def _is_page(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and is_shown(scope)


def _is_secure(scope: Scope) -> bool:
    return scope["scheme"] in ("https", "wss")


async def _see_other(
    send: Send, address: str, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    location = (b"location", address.encode("ascii", "ignore"))
    await send_answer(send, 303, "", [location, _NO_STORE, *(headers or [])])
