"""Runs the event of a submission as Reflex runs those of its websocket, with the submission in the handler's context."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext

from proto_ddf.submissions import Submission, enter
from proto_ddf.web.outbox.request import Sent
from proto_ddf.web.shared.state.kept_forms import PREPARE, fill_form, prepared

_PREPARE_SECONDS = 5.0
"""How long a connected tab whose state was lost may take to send what its forms had."""

_starting: dict[str, tuple[Submission | None, Sent]] = {}
"""By the transaction id of the event that Reflex runs for it; without a submission while its tab is prepared."""


class NotRunError(Exception):
    """The server did not run the handler to its end: it is starting or stopping."""


class SubmissionMiddleware(rx.Middleware):
    """Gives a handler its submission, and a tab whose state was lost what it showed when the submission was made."""

    async def preprocess(self, app: rx.App, state: Any, event: Event) -> StateUpdate | None:
        context = EventContext.get()
        started = _starting.pop(context.txid, None)
        if started is None:
            return None
        submission, sent = started
        if not state.router_data:
            state.router_data = state._update_router_vars(_route(app, sent), {})
        if submission is None:
            return None
        enter(submission)
        path = state.router.url.path
        submission.is_elsewhere = path.rstrip("/") != _path(sent).rstrip("/")
        if _socket_of(app, context.token) is None:
            await fill_form(state, path, submission.kept)
        return None


def is_known(event: str) -> bool:
    """Whether there is a handler of this name."""
    return event in RegistrationContext.get().event_handlers


async def run_event(app: rx.App, token: str, sent: Sent, submission: Submission) -> bool:
    """Run the handler to its end; returns whether its tab shows what became of it. Its exception goes to the app's handler
    of exceptions, and is raised here too.

    Raises:
        NotRunError: the server is starting or stopping.
    """
    socket = _socket_of(app, token)
    await _prepare(app, token, sent, submission)
    await _run(app, Event(name=sent.event, payload=sent.payload), token, submission, sent)
    is_same_tab = socket is not None and socket == _socket_of(app, token)
    return is_same_tab and not submission.is_elsewhere


async def _prepare(app: rx.App, token: str, sent: Sent, submission: Submission) -> None:
    """Load the page of a tab whose state was lost, and let the browser send what its forms had, before the handler runs."""
    event = Event(name=PREPARE, payload={"submission_id": submission.id})
    with prepared(submission.id) as is_prepared:
        await _run(app, event, token, None, sent)
        if _socket_of(app, token) is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(is_prepared.wait(), _PREPARE_SECONDS)


async def _run(
    app: rx.App, event: Event, token: str, submission: Submission | None, sent: Sent
) -> None:
    context = _context(app, token, submission)
    _starting[context.txid] = (submission, sent)
    try:
        future = await app.event_processor.enqueue(token, event, context)
        await asyncio.wait({future})
    except RuntimeError as error:  # the event processor is not running
        raise NotRunError from error
    finally:
        _starting.pop(context.txid, None)
    if future.cancelled():
        raise NotRunError
    future.result()


def _context(app: rx.App, token: str, submission: Submission | None) -> EventContext:
    """The context of an event that no other one started. What it shows goes to the tab, if that is connected."""
    root = app.event_processor._root_context
    if root is None:
        raise NotRunError

    async def emit_delta(token: str, delta: Mapping[str, Mapping[str, Any]]) -> None:
        if root.emit_delta_impl is not None and _socket_of(app, token) is not None:
            await root.emit_delta_impl(token, delta)

    async def emit_event(token: str, *events: Event) -> None:
        connected = _socket_of(app, token) is not None
        for event in events:
            is_lost = submission is not None and (submission.is_elsewhere or not connected)
            if is_lost and submission and event.name == "_redirect":
                submission.address = str(event.payload.get("path"))
            elif connected and root.emit_event_impl is not None:
                await root.emit_event_impl(token, event)

    return EventContext(
        token=token,
        state_manager=root.state_manager,
        enqueue_impl=root.enqueue_impl,
        emit_delta_impl=emit_delta,
        emit_event_impl=emit_event,
    )


def _socket_of(app: rx.App, token: str) -> str | None:
    """The id of the websocket of a tab that is connected."""
    namespace = app.event_namespace
    return None if namespace is None else namespace.token_to_sid.get(token)


def _path(sent: Sent) -> str:
    """Of the page on which it was made."""
    return str(sent.router_data.get("pathname") or "/")


def _route(app: rx.App, sent: Sent) -> dict[str, Any]:
    """As Reflex completes what a browser sends with an event."""
    given, path = sent.router_data, _path(sent)
    found = str(app.router(path) or "404")
    return {
        "pathname": "/" + found.removeprefix("/"),
        "asPath": str(given.get("asPath") or path),
        "query": given.get("query") or {},
        "token": EventContext.get().token,
    }
