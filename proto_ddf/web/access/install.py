"""Puts the guards of events and sockets into Reflex's app, and keeps sessions up to date."""

import asyncio

import reflex as rx
from sqlalchemy.exc import SQLAlchemyError

from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.logs import get_logger
from proto_ddf.web.access.event_guard import EventGuard
from proto_ddf.web.access.namespace import GuardedNamespace

REFRESH_SECONDS = 2.0
"""How soon it holds here what another process did: a password reset by a command, for example."""

log = get_logger(__name__)


def guard_events(app: rx.App) -> None:
    """Guard the websocket and all events of the app. Call it after all other middleware was added."""
    original = app.event_namespace
    assert original is not None
    assert app.sio is not None
    guarded = GuardedNamespace(original.namespace, app)
    app.sio.register_namespace(guarded)
    app._event_namespace = guarded  # Reflex has no setting for another namespace
    app.add_middleware(EventGuard(), index=0)


async def watch_sessions(app: rx.App) -> None:
    """End the sockets and tasks of ended sessions, until cancelled. To be run once, for the server's life."""
    loop = asyncio.get_running_loop()
    namespace = app.event_namespace
    assert isinstance(namespace, GuardedNamespace)
    ending: set[asyncio.Task[None]] = set()

    def end(session_ids: frozenset[str]) -> None:
        task = loop.create_task(namespace.end_sessions(session_ids))
        ending.add(task)
        task.add_done_callback(ending.discard)

    SESSIONS.on_ended(lambda ids: loop.call_soon_threadsafe(end, ids))
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            await asyncio.to_thread(SESSIONS.refresh)
        except (SQLAlchemyError, OSError) as error:
            log.warning("sessions not refreshed", reason=str(error))
