"""The routes of coming in and going: by a printed link, by name and password, and the sign-out."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from proto_ddf.accounts import management, sign_in
from proto_ddf.accounts.sign_in import SignInRefusedError
from proto_ddf.errors import ValidationError
from proto_ddf.serving.hosts import own_address
from proto_ddf.settings import get_settings
from proto_ddf.web.access.app_entry import enter_app, go_on_page, leads_to_app
from proto_ddf.web.access.cookies import set_cookie
from proto_ddf.web.access.request_session import client_of, session_of
from proto_ddf.web.access.sign_in_pages import link_refused, set_up_page, sign_in_page

MOST_FORM_BYTES = 20_000
_Handler = Callable[[Request], Awaitable[Response]]


def access_routes() -> list[Route]:
    return [
        Route("/api/session", tell_session, methods=["GET"]),
        Route("/enter", _only("token", enter), methods=["GET"]),
        Route("/sign-in", _only("accounts", show_sign_in), methods=["GET"]),
        Route("/sign-in", _only("accounts", receive_sign_in), methods=["POST"]),
        Route("/set-up", _only("accounts", show_set_up), methods=["GET"]),
        Route("/set-up", _only("accounts", receive_set_up), methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/apps/{slug}/enter", enter_app, methods=["GET"]),
    ]


async def tell_session(request: Request) -> Response:
    """Whether this browser still has a session, asked by pages whose websocket was closed. Without one 401, with the
    address to go to; an empty one means that the page gets a session when it is loaded again."""
    session = session_of(request.scope)
    headers = {"cache-control": "no-store"}
    if session is not None:
        body = {"user": session.user_name, "role": session.role}
        return JSONResponse(body, headers=headers)
    address = {"false": "", "token": "/", "accounts": "/sign-in"}[get_settings().enable_auth]
    return JSONResponse({"error": "sign_in", "address": address}, status_code=401, headers=headers)


async def enter(request: Request) -> Response:
    """Use up the token of the printed link. HEAD, by which programs look at links, does not."""
    if request.method == "HEAD":
        return Response(status_code=204)
    try:
        value = await asyncio.to_thread(
            sign_in.enter, request.query_params.get("token", ""), client_of(request.scope)
        )
    except SignInRefusedError as error:
        if session_of(request.scope) is not None:
            return _see_other("/")
        return link_refused(str(error), accounts=False)
    return _with_session(request, value, "/")


async def show_sign_in(request: Request) -> Response:
    back = own_address(request.query_params.get("next", ""))
    if session_of(request.scope) is not None:
        return _see_other(back)
    exists = await asyncio.to_thread(management.any_account)
    return sign_in_page(back, set_up=not exists)


async def receive_sign_in(request: Request) -> Response:
    given = await _form(request)
    name, back = _text(given, "name"), own_address(_text(given, "next"))
    try:
        value = await asyncio.to_thread(
            sign_in.sign_in, name, _text(given, "password"), client_of(request.scope)
        )
    except SignInRefusedError as error:
        status = 429 if error.wait_seconds else 401
        page = sign_in_page(back, name=name, message=str(error), status=status)
        if error.wait_seconds:
            page.headers["retry-after"] = str(error.wait_seconds)
        return page
    return _with_session(request, value, back, from_form=True)


async def show_set_up(request: Request) -> Response:
    token = request.query_params.get("token", "")
    wanted = await asyncio.to_thread(sign_in.set_up_of, token)
    if wanted is None:
        return await _set_up_refused()
    return set_up_page(token, wanted.account_name)


async def receive_set_up(request: Request) -> Response:
    given = await _form(request)
    token, name, password = (_text(given, each) for each in ("token", "name", "password"))
    wanted = await asyncio.to_thread(sign_in.set_up_of, token)
    if wanted is None:
        return await _set_up_refused()
    try:
        _check_repeated(password, _text(given, "repeated"))
        value = await asyncio.to_thread(
            sign_in.set_up, token, name, password, client_of(request.scope)
        )
    except SignInRefusedError:
        return await _set_up_refused()
    except ValidationError as error:
        return set_up_page(
            token,
            wanted.account_name,
            name=name,
            mistakes={error.field: error.message},
            status=422,
        )
    return _with_session(request, value, "/")


async def sign_out(request: Request) -> Response:
    session = session_of(request.scope)
    mode = get_settings().enable_auth
    if session is None or mode == "false":
        return _see_other("/")
    await asyncio.to_thread(sign_in.sign_out, session.id)
    return _with_session(request, "", "/sign-in" if mode == "accounts" else "/")


def _only(mode: str, handler: _Handler) -> _Handler:
    """The route exists only in that mode of sign-in; in others it leads to the overview."""

    async def answer(request: Request) -> Response:
        return await handler(request) if get_settings().enable_auth == mode else _see_other("/")

    return answer


async def _set_up_refused() -> Response:
    exists = await asyncio.to_thread(management.any_account)
    return link_refused("It has been used, or has expired.", accounts=exists)


def _check_repeated(password: str, repeated: str) -> None:
    if password != repeated:
        raise ValidationError("This is not the same password.", "repeated", "***")


async def _form(request: Request) -> FormData:
    """The fields of a form. A body that is too large or no form has none."""
    size = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded" or not size.isdigit():
        return FormData()
    return await request.form() if int(size) <= MOST_FORM_BYTES else FormData()


def _text(given: FormData, name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _with_session(
    request: Request, value: str, address: str, *, from_form: bool = False
) -> Response:
    leads_on = from_form and leads_to_app(address)
    answer = go_on_page(address) if leads_on else _see_other(address)
    answer.headers["set-cookie"] = set_cookie(request.scope, value)
    return answer


def _see_other(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})
