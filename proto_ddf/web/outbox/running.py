"""Runs the event of a submission as Reflex runs those of its websocket, with the submission in the handler's context."""

import asyncio
from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext

from proto_ddf.submissions import Submission, enter
from proto_ddf.web.outbox.request import Sent
from proto_ddf.web.shared.state.kept_forms import fill_form

_starting: dict[str, tuple[Submission, Sent]] = {}
"""By the transaction id of the event that Reflex runs for it."""


class NotRunError(Exception):
    """The server did not run the handler to its end: it is starting or stopping."""


class SubmissionMiddleware(rx.Middleware):
    """Gives a handler its submission, and a tab whose state was lost what it showed when the submission was made."""

    async def preprocess(self, app: rx.App, state: Any, event: Event) -> StateUpdate | None:
        started = _starting.pop(EventContext.get().txid, None)
        if started is None:
            return None
        submission, sent = started
        enter(submission)
        if not state.router_data:
            route = _route(app, sent)
            state.router_data = state._update_router_vars(route, {})
        submission.is_elsewhere = state.router.url.path.rstrip("/") != _path(sent).rstrip("/")
        await fill_form(state, state.router.url.path, submission.kept)
        return None


def is_known(event: str) -> bool:
    """Whether there is a handler of this name."""
    return event in RegistrationContext.get().event_handlers


def is_connected(app: rx.App, token: str) -> bool:
    namespace = app.event_namespace
    return namespace is not None and token in namespace.token_to_sid


async def run_event(app: rx.App, token: str, sent: Sent, submission: Submission) -> None:
    """Run the handler to its end. Its exception goes to the app's handler of exceptions, and is raised here too.

    Raises:
        NotRunError: the server is starting or stopping.
    """
    context = _context(app, token, submission)
    _starting[context.txid] = (submission, sent)
    try:
        event = Event(name=sent.event, payload=sent.payload)
        future = await app.event_processor.enqueue(token, event, context)
        await asyncio.wait({future})
    except RuntimeError as error:  # the event processor is not running
        raise NotRunError from error
    finally:
        _starting.pop(context.txid, None)
    if future.cancelled():
        raise NotRunError
    future.result()


def _context(app: rx.App, token: str, submission: Submission) -> EventContext:
    """The context of an event that no other one started. What it shows goes to the tab, if that is connected."""
    root = app.event_processor._root_context
    if root is None:
        raise NotRunError

    async def emit_delta(token: str, delta: Mapping[str, Mapping[str, Any]]) -> None:
        if root.emit_delta_impl is not None and is_connected(app, token):
            await root.emit_delta_impl(token, delta)

    async def emit_event(token: str, *events: Event) -> None:
        connected = is_connected(app, token)
        for event in events:
            if event.name == "_redirect" and (submission.is_elsewhere or not connected):
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


def _path(sent: Sent) -> str:
    """Of the page on which it was made."""
    return str(sent.router_data.get("pathname") or "/")


def _route(app: rx.App, sent: Sent) -> dict[str, Any]:
    """As Reflex completes what a browser sends with an event."""
    given = sent.router_data
    path = _path(sent)
    found = str(app.router(path) or "404")
    return {
        "pathname": "/" + found.removeprefix("/"),
        "asPath": str(given.get("asPath") or path),
        "query": given.get("query") or {},
        "token": EventContext.get().token,
    }
