"""The sessions of people in an app, in the memory of its process. Each begins with a ticket and is renewed by others."""

import asyncio
import secrets
from dataclasses import dataclass, field

from .tickets import Ticket


@dataclass(eq=False)
class AppSession:
    id: str
    ticket: Ticket
    """The newest one."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.TimerHandle | None = None

    @property
    def seconds_left(self) -> float:
        if self.timer is None or self.ended.is_set():
            return 0.0
        return self.timer.when() - asyncio.get_running_loop().time()


class AppSessions:
    """`seconds`: how long a session lasts after its newest ticket."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sessions: dict[str, AppSession] = {}

    def find(self, session_id: str) -> AppSession | None:
        return self._sessions.get(session_id)

    def begin(self, ticket: Ticket) -> AppSession:
        session = AppSession(secrets.token_urlsafe(32), ticket)
        self._sessions[session.id] = session
        self._last(session)
        return session

    def renew(self, session: AppSession, ticket: Ticket) -> bool:
        """False if the ticket is for somebody else or has other rights, so that it needs another session."""
        before = session.ticket
        if (before.user, before.rights) != (ticket.user, ticket.rights):
            return False
        session.ticket = ticket
        self._last(session)
        return True

    def is_to_be_renewed(self, session: AppSession) -> bool:
        return session.seconds_left < self._seconds / 2

    def end(self, session: AppSession) -> None:
        """Its websockets end too."""
        self._sessions.pop(session.id, None)
        session.ended.set()
        if session.timer:
            session.timer.cancel()

    def _last(self, session: AppSession) -> None:
        if session.timer:
            session.timer.cancel()
        loop = asyncio.get_running_loop()
        session.timer = loop.call_later(self._seconds, self.end, session)
