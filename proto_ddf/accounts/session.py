"""What a session is: a browser that came in, and whose it is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from proto_ddf.current_user import ANONYMOUS
from proto_ddf.db.tables import AccountRecord, Role, SessionKind, SessionRecord

TOKEN_USER = "owner"  # noqa: S105 (not a secret)
"""The user's id of those who came by the printed link."""


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


def session_of(record: SessionRecord, account: AccountRecord | None) -> Session:
    anonymous = record.kind == SessionKind.ANONYMOUS
    seen = record.seen_at.timestamp()
    return Session(
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


def view_of(session: Session) -> SessionView:
    return SessionView(
        session.id,
        session.user_id,
        session.user_name,
        session.address,
        session.user_agent,
        datetime.fromtimestamp(session.created_at, UTC),
        datetime.fromtimestamp(session.seen_at, UTC),
    )
