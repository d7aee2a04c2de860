"""Takes what pages submit: POST /api/outbox. The browser keeps each submission until it has the reply, and sends it
again if it gets none (see assets/browser/outbox.js).

A submission is an event of a State, which is carried out as if its page had sent it. The browser chooses the id in the
header Idempotency-Key. The same id gets the same reply; submissions.py makes sure that it takes effect once.
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import reflex as rx
from reflex.istate.manager.token import BaseStateToken
from reflex_base.constants import RouteVar
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_query_params
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .errors import DataError
from .sign_in import RIGHTS_HEADER, person_of
from .submission_store import Reply, Submission, digest, find, keep
from .submissions import carried_out_by

MOST_BYTES = 1_000_000
HEADERS = ("origin", RIGHTS_HEADER)
"""What an event is told of the headers of its request."""
Headers = dict[str, str]
AGAIN_LATER = {"Retry-After": "1"}
_TOKEN = re.compile(r"[\w-]{1,100}", re.ASCII)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Sent:
    """The content of a request."""

    id: str
    event: str
    payload: dict[str, Any]
    token: str
    """Of the browser tab; see `rx.State.router.session.client_token`."""
    place: dict[str, Any]
    """The page, as Reflex's client describes it."""


class _NotAcceptedError(Exception):
    """The request cannot be carried out, now or at all."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Outbox:
    """Carries out submissions; `app_of` returns the app, which is made later."""

    def __init__(self, app_of: Callable[[], rx.App]) -> None:
        self._app_of = app_of
        self._running: dict[str, str] = {}
        """Digests of the submissions that are being carried out, by id."""

    def routes(self) -> Starlette:
        """A transformer for `rx.App(api_transformer=...)`."""
        return Starlette(routes=[Route("/api/outbox", self.receive, methods=["POST"])])

    async def receive(self, request: Request) -> Response:
        """Carry out a submission. In the reply, `shown` says that its tab was connected, so that its page shows what
        became of it."""
        try:
            sent = await _read(request)
            submission = Submission(sent.id, digest([sent.event, sent.payload]))
            if sent.id in self._running:
                _must_be_same(self._running[sent.id], submission)
                raise _NotAcceptedError(409, "This is still being saved.")
        except _NotAcceptedError as refused:
            return _refusal(refused)
        except ClientDisconnect:
            return Response(status_code=400)
        self._running[sent.id] = submission.content
        # In a task of its own, because it goes on if the browser goes away.
        headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
        task = asyncio.create_task(self._answer(sent, submission, headers))
        task.add_done_callback(lambda _: self._running.pop(sent.id))
        return await asyncio.shield(task)

    async def _answer(self, sent: _Sent, submission: Submission, headers: Headers) -> Response:
        try:
            known = await asyncio.to_thread(find, sent.id)
            if known:
                _must_be_same(known.content, submission)
                if known.reply:
                    return JSONResponse(
                        asdict(known.reply), headers={"Idempotent-Replayed": "true"}
                    )
            reply = await self._carry_out(sent, submission, headers)
        except DataError as error:
            return _refusal(_NotAcceptedError(503, error.problem.message))
        except _NotAcceptedError as refused:
            return _refusal(refused)
        namespace = self._app_of().event_namespace
        is_shown = namespace is not None and sent.token in namespace.token_to_sid
        return JSONResponse(asdict(reply) | {"shown": is_shown})

    async def _carry_out(self, sent: _Sent, submission: Submission, headers: Headers) -> Reply:
        app = self._app_of()
        place = await _place(app, sent, headers)
        event = Event(name=sent.event, payload=sent.payload, router_data=place)
        try:
            done = await app.event_processor.enqueue(sent.token, event)
        except RuntimeError:  # it is not running
            raise _NotAcceptedError(503, "The app is starting or stopping.") from None
        failure = Reply("done", "")
        with carried_out_by(done.txid, submission):
            try:
                await done
            except asyncio.CancelledError:
                raise _NotAcceptedError(503, "The app is stopping.") from None
            except Exception:  # the app's backend_exception_handler has logged it
                failure = Reply("refused", "Something went wrong", "The app's log has the details.")
        if submission.reply:
            return submission.reply
        if submission.has_begun:
            raise _NotAcceptedError(503, "It is unknown whether it was saved.")
        submission.reply = failure  # an event that does not use submissions.py
        await asyncio.to_thread(keep, submission)
        return failure


async def _read(request: Request) -> _Sent:
    """What the request contains. Raises _NotAcceptedError."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise _NotAcceptedError(413, "This is too large to be sent.")
    try:
        content = json.loads(body)
        key = str(UUID(request.headers["idempotency-key"]))
        event, payload, token = content["event"], content["payload"], content["token"]
        place, owner = content.get("router_data") or {}, content.get("owner") or ""
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _NotAcceptedError(400, "This is not a submission.") from None
    is_valid = isinstance(payload, dict) and isinstance(place, dict) and isinstance(token, str)
    if not is_valid or not _TOKEN.fullmatch(token):
        raise _NotAcceptedError(400, "This is not a submission.")
    if owner and owner != person_of(request.headers):
        raise _NotAcceptedError(401, "The person who made this is not signed in.")
    if event not in RegistrationContext.get().event_handlers:
        raise _NotAcceptedError(422, "The app has changed since this page was opened.")
    return _Sent(key, event, payload, token, place)


def _must_be_same(content: str, submission: Submission) -> None:
    if content != submission.content:
        raise _NotAcceptedError(422, "Something else was sent with this id before.")


def _refusal(refused: _NotAcceptedError) -> Response:
    headers = AGAIN_LATER if refused.status in (409, 503) else None
    return JSONResponse({"message": refused.message}, refused.status, headers)


async def _place(app: rx.App, sent: _Sent, headers: Headers) -> dict[str, Any]:
    """The page that the tab shows. The tab's state knows it better than a submission that was sent late; the rights are
    those of this request."""
    state = await app.state_manager.get_state(BaseStateToken(ident=sent.token, cls=rx.State))
    if state.router_data:
        return {RouteVar.HEADERS: state.router_data.get(RouteVar.HEADERS, {}) | headers}
    place = sent.place
    route = app.router(str(place.get(RouteVar.PATH, ""))) or "404"
    return place | {
        RouteVar.QUERY: format_query_params(place),
        RouteVar.CLIENT_TOKEN: sent.token,
        RouteVar.PATH: "/" + route.removeprefix("/"),
        RouteVar.HEADERS: headers,
    }
