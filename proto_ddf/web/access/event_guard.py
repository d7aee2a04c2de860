"""Checks the session and role of every event, in one place: of the foreground and background, chained, of a page's load,
and Reflex's own."""

import asyncio
import json
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate

from proto_ddf.accounts import audit
from proto_ddf.accounts.roles import Role, allows
from proto_ddf.current_user import ANONYMOUS, set_current_user
from proto_ddf.logs import get_logger
from proto_ddf.web.access.least_roles import audited_events, event_roles
from proto_ddf.web.access.state import AccessState, current_session

_LONGEST_VALUE = 80

log = get_logger(__name__)


class EventGuard(rx.Middleware):
    """A middleware of Reflex. It must be the first one."""

    def __init__(self) -> None:
        self._least: dict[str, Role] = {}
        self._audited: dict[str, str] = {}

    async def preprocess(self, app: Any, state: Any, event: Event) -> StateUpdate | None:
        """An update, so that the event does not run, if the session has ended or its role may not send it."""
        session = current_session()
        if session is None:
            return StateUpdate()
        if not self._least:
            self._least, self._audited = event_roles(), audited_events()
        least = self._least.get(event.name)
        if least is None or not allows(session.role, least):
            log.warning("event refused", event_name=event.name[:200], user=session.user_id)
            return _refusal(session.role)
        set_current_user(session.user_id)
        name = self._audited.get(event.name)
        if name is not None and session.user_id != ANONYMOUS:
            await asyncio.to_thread(audit.record, name, _subject(event), address=session.address)
        return None


def _refusal(role: Role) -> StateUpdate:
    notice = rx.toast.error(
        f"Your role, {role}, may not do this. Ask an admin.", position="bottom-right"
    )
    # The page may still show what an earlier role could do.
    return StateUpdate(events=Event.from_event_type([notice, AccessState.load]))  # type: ignore[list-item]


def _subject(event: Event) -> str:
    """What an event is about: its arguments."""
    values = (str(value)[:_LONGEST_VALUE] for value in event.payload.values())
    return json.dumps(list(values), ensure_ascii=False)[1:-1]
