"""Sessions: who a browser's cookie belongs to.

All sessions are in memory, so that `find` and `get` cost microseconds; the database has them too, so that they outlive
the server. The cookie's value is stored only as its hash.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_urlsafe
from threading import Lock

from proto_ddf.accounts import session_records
from proto_ddf.accounts.session import Session, SessionView, session_of, view_of
from proto_ddf.db.tables import AccountRecord, SessionKind, SessionRecord, new_id
from proto_ddf.settings import get_settings

KIND_BY_MODE = {
    "false": SessionKind.ANONYMOUS,
    "token": SessionKind.TOKEN,
    "accounts": SessionKind.ACCOUNT,
}
MOST_ANONYMOUS = 10_000
"""Sessions of browsers that did not sign in; the one that was unused longest makes room."""
STORE_SEEN_SECONDS = 60.0
"""How often it is stored that a session is in use."""
_LONGEST_AGENT = 200


class Sessions:
    """The sessions of this server. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_hash: dict[str, Session] = {}
        self._by_id: dict[str, Session] = {}
        self._hashes: dict[str, str] = {}
        """The hash of each session's cookie, by its id."""
        self._ended_callbacks: list[Callable[[frozenset[str]], object]] = []
        self._idle_seconds = self._life_seconds = 0.0
        self._kind = SessionKind.ANONYMOUS

    def load(self) -> None:
        """Read the sessions of the mode that the settings give. To be called before any other method."""
        settings = get_settings()
        self._idle_seconds = settings.session_idle_hours * 3600
        self._life_seconds = settings.session_days * 86_400
        self._kind = KIND_BY_MODE[settings.enable_auth]
        with self._lock:
            self._by_hash.clear()
            self._by_id.clear()
            self._hashes.clear()
            for record, account in session_records.read(self._kind):
                self._keep(record, account)

    def on_ended(self, callback: Callable[[frozenset[str]], object]) -> None:
        """`callback` is called with the ids of sessions that ended, from any thread."""
        self._ended_callbacks.append(callback)

    def find(self, token: str) -> Session | None:
        """The session of a cookie's value, marked as in use."""
        found = self._by_hash.get(_hash(token)) if token else None
        return self._used(found)

    def get(self, session_id: str) -> Session | None:
        """The session with that id, marked as in use; None if it has ended."""
        return self._used(self._by_id.get(session_id))

    def begin(
        self, account: AccountRecord | None = None, *, address: str = "", user_agent: str = ""
    ) -> tuple[Session, str]:
        """A new session, and the value of its cookie.

        Without an account it is for a browser that needs none in this mode. An anonymous one that cannot be stored lasts
        until the server ends.
        """
        token, now = token_urlsafe(32), datetime.now(UTC)
        record = SessionRecord(
            id=new_id(),
            token_hash=_hash(token),
            kind=SessionKind.ACCOUNT if account else self._kind,
            account_id=account.id if account else None,
            address=address,
            user_agent=user_agent[:_LONGEST_AGENT],
            created_at=now,
            seen_at=now,
        )
        stored = session_records.store(record)
        with self._lock:
            begun = self._keep(record, account)
            begun.is_stored = stored
        if record.kind == SessionKind.ANONYMOUS:
            self._make_room()
        return begun, token

    def end(self, session_ids: Iterable[str]) -> None:
        """End sessions: their next request or event is refused."""
        ended = frozenset(session_ids)
        with self._lock:
            known = self._forget(ended)
        self._tell(known)
        session_records.remove(ended)

    def end_of_account(self, account_id: str, but: str = "") -> int:
        """End the sessions of an account, but one; returns how many."""
        stored = session_records.ids_of_account(account_id)
        with self._lock:
            # A command may have removed their records just now; they hold until the next refresh.
            held = {each.id for each in self._by_id.values() if each.account_id == account_id}
        ids = (stored | held) - {but}
        if ids:
            self.end(ids)
        return len(ids)

    def refresh(self) -> None:
        """Make memory and database agree: what another process ended, changed roles, expired sessions, and what was in
        use. To be called every few seconds."""
        self.end_expired()
        self._store_seen()
        if self._kind == SessionKind.ANONYMOUS:
            return  # no other process ends or changes them
        with self._lock:
            stored = {each.id for each in self._by_id.values() if each.is_stored}
        read = session_records.read(self._kind)
        present = {record.id: account for record, account in read}
        with self._lock:
            ended = self._forget(frozenset(stored - present.keys()))
            for session_id, account in present.items():
                each = self._by_id.get(session_id)
                if each is not None and account is not None:
                    each.role, each.user_name = account.role, account.name
        self._tell(ended)

    def end_expired(self) -> None:
        with self._lock:
            now = self._clock()
            expired = [each.id for each in self._by_id.values() if not self._is_live(each, now)]
        if expired:
            self.end(expired)

    def views(self, account_id: str | None = None) -> list[SessionView]:
        """Those of one account, or all; the one used last first."""
        with self._lock:
            found = [s for s in self._by_id.values() if account_id in (None, s.account_id)]
        return [view_of(each) for each in sorted(found, key=lambda s: s.seen_at, reverse=True)]

    def _keep(self, record: SessionRecord, account: AccountRecord | None) -> Session:
        kept = session_of(record, account)
        self._by_hash[record.token_hash] = self._by_id[record.id] = kept
        self._hashes[record.id] = record.token_hash
        return kept

    def _used(self, found: Session | None) -> Session | None:
        now = self._clock()
        if found is None or not self._is_live(found, now):
            return None
        found.seen_at = now
        return found

    def _is_live(self, session: Session, now: float) -> bool:
        if now - session.seen_at > self._idle_seconds:
            return False
        if now - session.created_at <= self._life_seconds:
            return True
        # There is no sign-in to ask an anonymous browser for again.
        return session.kind == SessionKind.ANONYMOUS

    def _forget(self, ids: frozenset[str]) -> frozenset[str]:
        """Those that were known. The caller holds the lock."""
        known = ids & self._by_id.keys()
        for session_id in known:
            del self._by_id[session_id]
            del self._by_hash[self._hashes.pop(session_id)]
        return frozenset(known)

    def _tell(self, ended: frozenset[str]) -> None:
        if ended:
            for callback in self._ended_callbacks:
                callback(ended)

    def _make_room(self) -> None:
        with self._lock:
            excess = len(self._by_id) - MOST_ANONYMOUS
            oldest = sorted(self._by_id.values(), key=lambda s: s.seen_at)[: max(0, excess)]
        if oldest:
            self.end([each.id for each in oldest])

    def _store_seen(self) -> None:
        with self._lock:
            used = [
                (each.id, each.seen_at)
                for each in self._by_id.values()
                if each.seen_at - each.stored_seen_at > STORE_SEEN_SECONDS
            ]
        if used:
            session_records.store_seen(used)
            for session_id, seen_at in used:
                if (each := self._by_id.get(session_id)) is not None:
                    each.stored_seen_at = seen_at


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


SESSIONS = Sessions()
"""The sessions of this process."""
