"""Sessions: who a browser's cookie belongs to.

All sessions are in memory, so that `find` and `get` cost microseconds; the database has them too, so that they outlive
the server. The cookie's value is stored only as its hash.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_urlsafe
from threading import Lock

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as Transaction
from sqlmodel import col, select

from proto_ddf.current_user import ANONYMOUS
from proto_ddf.db.engine import session as database
from proto_ddf.db.tables import AccountRecord, Role, SessionKind, SessionRecord, new_id
from proto_ddf.db.writing import write
from proto_ddf.logs import get_logger
from proto_ddf.settings import get_settings

KIND_BY_MODE = {
    "false": SessionKind.ANONYMOUS,
    "token": SessionKind.TOKEN,
    "accounts": SessionKind.ACCOUNT,
}
TOKEN_USER = "owner"  # noqa: S105 (not a secret)
"""The user's id of those who came by the printed link."""
MOST_ANONYMOUS = 10_000
"""Sessions of browsers that did not sign in; the one that was unused longest makes room."""
STORE_SEEN_SECONDS = 60.0
"""How often it is stored that a session is in use."""
_LONGEST_AGENT = 200
_PATIENCE_SECONDS = 1.0

log = get_logger(__name__)


@dataclass(slots=True)
class Session:
    """A browser that came in. `role` and `user_name` follow the account."""

    id: str
    kind: SessionKind
    account_id: str | None
    user_id: str
    user_name: str
    role: Role
    created_at: float
    """Seconds since the epoch, as `seen_at`."""
    seen_at: float
    address: str
    user_agent: str
    stored_seen_at: float
    is_stored: bool = True


@dataclass(frozen=True)
class SessionView:
    """A session, for a list."""

    id: str
    user_id: str
    user_name: str
    address: str
    user_agent: str
    created_at: datetime
    seen_at: datetime


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
            for record, account in self._read():
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
        stored = _store(record)
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
        statement = delete(SessionRecord).where(col(SessionRecord.id).in_(ended))
        write(lambda opened: opened.execute(statement))

    def end_of_account(self, account_id: str, but: str = "") -> int:
        """End the sessions of an account, but one; returns how many."""
        with database() as opened:
            stored = opened.exec(
                select(SessionRecord.id).where(SessionRecord.account_id == account_id)
            ).all()
        with self._lock:
            # A command may have removed their records just now; they hold until the next refresh.
            held = [each.id for each in self._by_id.values() if each.account_id == account_id]
        ids = {*stored, *held} - {but}
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
        present = {record.id: account for record, account in self._read()}
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
        return [_view(each) for each in sorted(found, key=lambda s: s.seen_at, reverse=True)]

    def _read(self) -> list[tuple[SessionRecord, AccountRecord | None]]:
        statement = (
            select(SessionRecord, AccountRecord)
            .join(AccountRecord, isouter=True)
            .where(SessionRecord.kind == self._kind, col(AccountRecord.disabled_at).is_(None))
        )
        with database() as opened:
            return [(record, account) for record, account in opened.exec(statement).all()]

    def _keep(self, record: SessionRecord, account: AccountRecord | None) -> Session:
        anonymous = record.kind == SessionKind.ANONYMOUS
        seen = record.seen_at.timestamp()
        kept = Session(
            id=record.id,
            kind=record.kind,
            account_id=record.account_id,
            user_id=record.account_id or (ANONYMOUS if anonymous else TOKEN_USER),
            user_name=account.name if account else ("" if anonymous else "Owner"),
            role=account.role if account else Role.ADMIN,
            created_at=record.created_at.timestamp(),
            seen_at=seen,
            address=record.address,
            user_agent=record.user_agent,
            stored_seen_at=seen,
        )
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

        def change(opened: Transaction) -> None:
            for session_id, seen_at in used:
                at = datetime.fromtimestamp(seen_at, UTC)
                opened.execute(
                    update(SessionRecord)
                    .where(col(SessionRecord.id) == session_id)
                    .values(seen_at=at)
                )

        if used:
            write(change, patience=_PATIENCE_SECONDS)
            for session_id, seen_at in used:
                if (each := self._by_id.get(session_id)) is not None:
                    each.stored_seen_at = seen_at


def prune(before: datetime) -> int:
    """Remove the sessions that were last used before that time, of all modes; returns how many."""
    statement = delete(SessionRecord).where(col(SessionRecord.seen_at) < before)
    return write(lambda opened: int(opened.execute(statement).rowcount))  # type: ignore[attr-defined]


def _store(record: SessionRecord) -> bool:
    values = record.model_dump()
    try:
        write(lambda opened: opened.add(SessionRecord(**values)), patience=_PATIENCE_SECONDS)
    except SQLAlchemyError as error:
        if record.kind != SessionKind.ANONYMOUS:
            raise
        log.warning("session not stored", reason=str(error))
        return False
    return True


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _view(session: Session) -> SessionView:
    return SessionView(
        session.id,
        session.user_id,
        session.user_name,
        session.address,
        session.user_agent,
        datetime.fromtimestamp(session.created_at, UTC),
        datetime.fromtimestamp(session.seen_at, UTC),
    )


SESSIONS = Sessions()
"""The sessions of this process."""
