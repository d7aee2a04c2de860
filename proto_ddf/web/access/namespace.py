"""The websocket of open tabs: each socket belongs to a session, and a tab's state to the session that began it.

It also tells a duplicated tab from a tab that connects again. Reflex takes both for a duplicated tab while the old socket
still counts as open, and gives the tab a new, empty state (reflex#6345).
"""

import asyncio
import contextlib
import time
from collections import Counter
from typing import Any
from uuid import uuid4

from engineio.packet import PING, Packet  # type: ignore[import-untyped]
from reflex.app import App, EventNamespace
from socketio.exceptions import ConnectionRefusedError as RefusedError  # type: ignore[import-untyped]

from proto_ddf.accounts.session import Session
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.logs import get_logger
from proto_ddf.settings import get_settings
from proto_ddf.web.access.binding import bind, session_id_of
from proto_ddf.web.access.request_session import session_of
from proto_ddf.web.access.throttle import SESSION_RATE, SOCKET_RATE, Throttle

SIGN_IN = "sign_in"
TOO_MANY = "too_many_tabs"
ANSWER_SECONDS = 1.0
"""A socket that does not answer a ping within that time is not open any more."""

log = get_logger(__name__)


class GuardedNamespace(EventNamespace):
    """Reflex's namespace with sessions. Its sockets have passed the gate."""

    def __init__(self, namespace: str, app: App) -> None:
        super().__init__(namespace, app)
        self._session_ids: dict[str, str] = {}
        """The session of each socket."""
        self._sockets: Counter[str] = Counter()
        """Open sockets by session."""
        self._throttles: dict[str, Throttle] = {}
        """By socket, and by session."""
        self._probes: dict[str, asyncio.Task[bool]] = {}
        """Running questions whether a socket is still open."""

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        found = session_of(environ.get("asgi.scope", {}))
        session = SESSIONS.get(found.id) if found else None
        if session is None:
            raise RefusedError(SIGN_IN)
        if self._sockets[session.id] >= get_settings().max_session_sockets:
            log.warning("too many open tabs", user=session.user_id, session=session.id)
            raise RefusedError(TOO_MANY)
        self._admit(sid, session)
        try:
            await super().on_connect(sid, environ, auth)
        except BaseException:
            self._release(sid)
            raise

    def on_disconnect(self, sid: str) -> asyncio.Task[None] | None:
        self._release(sid)
        return super().on_disconnect(sid)

    async def on_event(self, sid: str, data: Any) -> None:
        session_id = self._session_ids.get(sid, "")
        if SESSIONS.get(session_id) is None:
            await self._close(sid)
            return
        # It holds back only this socket: further messages are read after this one.
        delays = self._throttles[sid].delay(), self._throttles[session_id].delay()
        if (seconds := max(delays)) > 0:
            await asyncio.sleep(seconds)
            self._count_as_heard(sid)
        await super().on_event(sid, data)

    async def link_token_to_sid(self, sid: str, token: str, *, update_state: bool = True) -> None:
        session_id = self._session_ids[sid]
        bound = bind(session_id, token)
        old = self.token_to_sid.get(bound)
        if old is not None and old != sid:
            if await self._is_open(old):
                token = str(uuid4())
                bound = bind(session_id, token)
                await self.emit("new_token", token, to=sid)
            else:
                await self._take_over(old, bound)
        await super().link_token_to_sid(sid, bound, update_state=update_state)

    async def end_sessions(self, session_ids: frozenset[str]) -> None:
        """Close the sockets of sessions that ended, and cancel what runs for them."""
        processor = self.app.event_processor
        for txid, task in list(processor._tasks.items()):
            # "reflex_event|name|token|txid"
            token = task.get_name().split("|")[2:3]
            if token and session_id_of(token[0]) in session_ids:
                future = processor._futures.get(txid)
                (future or task).cancel()
        for sid, session_id in list(self._session_ids.items()):
            if session_id in session_ids:
                await self._close(sid)

    def _admit(self, sid: str, session: Session) -> None:
        self._session_ids[sid] = session.id
        self._sockets[session.id] += 1
        self._throttles[sid] = Throttle(SOCKET_RATE)
        self._throttles.setdefault(session.id, Throttle(SESSION_RATE))

    def _release(self, sid: str) -> None:
        session_id = self._session_ids.pop(sid, None)
        self._throttles.pop(sid, None)
        if session_id is not None:
            self._sockets[session_id] -= 1
            if self._sockets[session_id] <= 0:
                del self._sockets[session_id], self._throttles[session_id]

    async def _take_over(self, old: str, bound: str) -> None:
        """The tab of the socket `old` has connected again: its state is no longer that socket's."""
        if self._token_manager.token_to_sid.get(bound) == old:
            await self._token_manager.disconnect_token(bound, old)
        await self._close(old)

    def _count_as_heard(self, sid: str) -> None:
        """The answer to the last ping may wait behind the events that are held back."""
        socket = self._engine_socket(sid)
        if socket is not None and socket.last_ping:
            socket.last_ping = time.time()

    def _engine_socket(self, sid: str) -> Any:
        """The connection of a socket; None if it has ended."""
        sio = self.app.sio
        assert sio is not None
        return sio.eio.sockets.get(sio.manager.eio_sid_from_sid(sid, self.namespace))

    async def _close(self, sid: str) -> None:
        """Tell the page, and end the connection even if its client does not."""
        socket = self._engine_socket(sid)
        with contextlib.suppress(Exception):
            await self.disconnect(sid)
        if socket is not None:
            await socket.close(wait=False)

    async def _is_open(self, sid: str) -> bool:
        if sid not in self._probes:
            probe = asyncio.create_task(self._answers(sid))
            self._probes[sid] = probe
            probe.add_done_callback(lambda _: self._probes.pop(sid, None))
        return await asyncio.shield(self._probes[sid])

    async def _answers(self, sid: str) -> bool:
        """Whether the client at the other end of a socket answers a ping."""
        socket = self._engine_socket(sid)
        if socket is None or socket.closed or socket.closing:
            return False
        heard = asyncio.Event()
        receive = socket.receive

        async def listen(packet: Packet) -> None:
            heard.set()
            await receive(packet)

        socket.receive = listen
        try:
            await socket.send(Packet(PING))
            await asyncio.wait_for(heard.wait(), ANSWER_SECONDS)
        except Exception:
            return False
        finally:
            del socket.receive
        return True
