"""State of the list of sessions: for admins all, for others their own."""

import asyncio
from dataclasses import dataclass

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.accounts import management
from proto_ddf.accounts.roles import Role
from proto_ddf.accounts.session import Session, SessionView
from proto_ddf.web.access.state import current_session
from proto_ddf.web.settings.overview.devices import device_words
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals

_REFRESH_SECONDS = 5.0
_LIMIT = 200


@dataclass(frozen=True)
class SessionRow:
    id: str
    user_name: str
    device: str
    address: str
    begun_at: str
    seen_at: str
    is_this: bool
    """The session of the browser that shows the list."""
    is_own: bool


class SessionsState(LiveMixin, rx.State):
    rows: list[SessionRow] = []
    """Those used last."""
    total: int = 0
    others: int = 0
    """The person's own, but this one."""
    busy: bool = False

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        async with self:
            self.busy = False
        try:
            async for _ in refresh_signals(self, about="", every=_REFRESH_SECONDS):
                await self._read()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show the sessions")
        return None

    @rx.event(background=True)
    async def revoke(self, session_id: str) -> EventSpec | None:
        """End a session: an own one, or for admins any."""
        return await self._end([session_id])

    @rx.event(background=True)
    async def revoke_others(self) -> EventSpec | None:
        """End all own sessions but this one."""
        own = current_session()
        if own is None:
            return None
        return await self._end(
            [each.id for each in _visible(own) if each.user_id == own.user_id and each.id != own.id]
        )

    async def _end(self, session_ids: list[str]) -> EventSpec | None:
        session = current_session()
        async with self:
            if self.busy or session is None:
                return None
            self.busy = True
        visible = {each.id for each in _visible(session)}
        try:
            for session_id in session_ids:
                if session_id in visible:
                    await asyncio.to_thread(management.revoke_session, session_id)
        except Exception as error:
            async with self:
                self.busy = False
                return self.handle_error(error, "end a session")
        await self._read()
        async with self:
            self.busy = False
            self._clear_error()
        return None

    async def _read(self) -> None:
        session = current_session()
        if session is None:
            return
        rows = [_row(each, session) for each in _visible(session)]
        shown, others = rows[:_LIMIT], sum(each.is_own and not each.is_this for each in rows)
        async with self:
            if (shown, len(rows), others) != (self.rows, self.total, self.others):
                self.rows, self.total, self.others = shown, len(rows), others
            self._refreshed()


def _visible(session: Session) -> list[SessionView]:
    """The sessions that a person may see and end. They are in memory."""
    return management.list_sessions(None if session.role == Role.ADMIN else session.account_id)


def _row(view: SessionView, own: Session) -> SessionRow:
    return SessionRow(
        view.id,
        view.user_name,
        device_words(view.user_agent),
        view.address,
        view.created_at.isoformat(),
        view.seen_at.isoformat(),
        view.id == own.id,
        view.user_id == own.user_id,
    )
