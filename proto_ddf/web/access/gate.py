"""Middleware that lets nobody without a session through. Pure ASGI, in front of all routes and pages.

A request gets its session (`request_session`), and needs the least role of its route. A websocket is closed before it is
accepted. With ENABLE_AUTH=false there is no sign-in: the first page gives the browser an anonymous session, so that its
websocket and the state of its tabs belong to it; requests of other programs need none.
"""

import asyncio
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from proto_ddf.accounts.roles import Role, allows
from proto_ddf.accounts.session import Session
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.current_user import ANONYMOUS, acting_for
from proto_ddf.serving.plain_page import is_shown
from proto_ddf.settings import get_settings
from proto_ddf.web.access.cookies import cookie_value, set_cookie
from proto_ddf.web.access.least_roles import route_row
from proto_ddf.web.access.request_session import client_of, keep_session
from proto_ddf.web.access.sign_in_pages import refused_page, sign_in_needed

MOST_DRAINED = 1_000_000
"""Bytes of a refused body that are read: a browser does not read the answer before it has sent everything."""


class Gate:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        session = SESSIONS.find(cookie_value(scope))
        if session is None and _begins_session(scope):
            session, send = await _begin_session(scope, send)
        keep_session(scope, session)
        refusal = _refusal(scope, session)
        if refusal is None:
            with acting_for(session.user_id if session else ANONYMOUS):
                await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()  # websocket.connect; a close before accepting answers 403
            await send({"type": "websocket.close", "code": 1008, "reason": "sign_in"})
        else:
            await _drain(receive)
            await refusal(scope, receive, send)


def _refusal(scope: Scope, session: Session | None) -> Response | None:
    """The answer to a request that must not pass."""
    method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
    row = route_row("GET" if method == "HEAD" else method, scope["path"])
    if row is not None and row.least is None:
        return None
    if session is None and (method == "WEBSOCKET" or get_settings().enable_auth != "false"):
        return _ask_to_sign_in(scope)
    if row is None or row.least is None:
        return JSONResponse({"message": "There is nothing at this address."}, status_code=404)
    role = session.role if session else Role.ADMIN
    if allows(role, row.least):
        return None
    if _is_page(scope):
        return refused_page(role)
    return JSONResponse({"message": f"Your role, {role}, may not do this."}, status_code=403)


def _ask_to_sign_in(scope: Scope) -> Response:
    if not _is_page(scope):
        return JSONResponse(
            {"error": "sign_in", "message": "Sign in first."},
            status_code=401,
            # Pages of apps learn by a request to app_entry.py that nobody is signed in any more.
            headers={"cache-control": "no-store", "cross-origin-resource-policy": "cross-origin"},
        )
    if get_settings().enable_auth == "accounts":
        return RedirectResponse(sign_in_address(scope), status_code=303)
    return sign_in_needed()


def sign_in_address(scope: Scope) -> str:
    """The sign-in, which leads back to the page of the request."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"/sign-in?{urlencode({'next': scope['path'] + ('?' + query if query else '')})}"


def _is_page(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and is_shown(scope)


def _begins_session(scope: Scope) -> bool:
    return get_settings().enable_auth == "false" and _is_page(scope)


async def _begin_session(scope: Scope, send: Send) -> tuple[Session, Send]:
    client = client_of(scope)
    session, value = await asyncio.to_thread(
        SESSIONS.begin, address=client.address, user_agent=client.user_agent
    )

    async def send_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", set_cookie(scope, value))
        await send(message)

    return session, send_cookie


async def _drain(receive: Receive) -> None:
    size = 0
    while size <= MOST_DRAINED:
        message = await receive()
        size += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
