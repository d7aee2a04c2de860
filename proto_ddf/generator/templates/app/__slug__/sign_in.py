"""Who is signed in, and may change rows.

Where this app runs by itself, nobody signs in, and everybody may. A server that runs it may let only people through who
have signed in there. It names them and their rights in headers of each request, which browsers cannot set.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import reflex as rx
from reflex.event import Event
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .environment import setting

SIGN_IN_AT = setting("SIGN_IN_AT", "")
"""The address of that server; empty if there is none."""
RIGHTS_HEADER = "x-app-rights"
PERSON_HEADER = "x-app-person"
PERSON_AT = "/api/session"
ONLY_READING = "You may read the rows of this app, but not change them."
_may_edit: ContextVar[bool] = ContextVar("may_edit", default=not SIGN_IN_AT)
_person: ContextVar[str] = ContextVar("person", default="")


def may_edit() -> bool:
    """Whether the person whose event is being handled may change rows."""
    return _may_edit.get()


def person() -> str:
    """Tells the person whose event is being handled from others; empty where nobody signs in."""
    return _person.get()


def person_of(headers: Mapping[str, str]) -> str:
    """Tells the person who sent a request from others; empty where nobody signs in."""
    return headers.get(PERSON_HEADER, "") if SIGN_IN_AT else ""


def person_route() -> Starlette:
    """Tells a page whose submissions its browser may send: `rx.App(api_transformer=...)`."""
    return Starlette(routes=[Route(PERSON_AT, _tell_person, methods=["GET"])])


async def _tell_person(request: Request) -> JSONResponse:
    told = {"user": person_of(request.headers)}
    return JSONResponse(told, headers={"cache-control": "no-store"})


class RightsOfEvents(rx.Middleware):
    """Finds out the person and the rights before an event is handled. They hold for all that it calls."""

    async def preprocess(self, app: Any, state: Any, event: Event) -> None:
        headers = state.router_data.get("headers", {})
        _person.set(person_of(headers))
        _may_edit.set(not SIGN_IN_AT or headers.get(RIGHTS_HEADER) == "editor")
