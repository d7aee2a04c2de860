"""The audit: who did what, and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from proto_ddf.current_user import current_user
from proto_ddf.db.engine import session
from proto_ddf.db.tables import AccountRecord, AuditRecord
from proto_ddf.db.writing import write
from proto_ddf.logs import get_logger
from proto_ddf.redaction import scrub_text

PATIENCE_SECONDS = 2.0
_LONGEST = 300

log = get_logger(__name__)


@dataclass(frozen=True)
class AuditEntry:
    id: int
    at: datetime
    user_id: str
    user_name: str
    """The name of the account; the user's id if it has none."""
    action: str
    subject: str
    detail: str
    address: str


@dataclass(frozen=True)
class AuditFilter:
    """None, or an empty text: any."""

    user_id: str = ""
    action: str = ""
    subject: str = ""
    """Part of the subject."""
    since: datetime | None = None
    before_id: int | None = None
    """For the next page: the id of the last entry shown."""


def record(
    action: str, subject: str = "", detail: str = "", *, user_id: str = "", address: str = ""
) -> None:
    """Record what the current user, or `user_id`, does. It never raises: what cannot be stored is in the log."""
    entry = entry_of(action, subject, detail, user_id=user_id, address=address)
    values = entry.model_dump(exclude={"id", "at"})
    try:
        write(lambda opened: opened.add(AuditRecord(**values)), patience=PATIENCE_SECONDS)
    except SQLAlchemyError as error:
        log.warning("audit not stored", reason=str(error), **values)


def entry_of(
    action: str, subject: str = "", detail: str = "", *, user_id: str = "", address: str = ""
) -> AuditRecord:
    """An entry that the caller stores, in the transaction of what it is about."""
    return AuditRecord(
        user_id=user_id or current_user(),
        action=action,
        subject=scrub_text(subject, _LONGEST),
        detail=scrub_text(detail, _LONGEST),
        address=address,
    )


def entries(wanted: AuditFilter | None = None, limit: int = 100) -> list[AuditEntry]:
    """The newest first."""
    wanted = wanted or AuditFilter()
    statement = (
        select(AuditRecord, AccountRecord.name)
        .join(AccountRecord, col(AccountRecord.id) == AuditRecord.user_id, isouter=True)
        .order_by(col(AuditRecord.id).desc())
        .limit(limit)
    )
    if wanted.user_id:
        statement = statement.where(AuditRecord.user_id == wanted.user_id)
    if wanted.action:
        statement = statement.where(AuditRecord.action == wanted.action)
    if wanted.subject:
        statement = statement.where(
            col(AuditRecord.subject).contains(wanted.subject, autoescape=True)
        )
    if wanted.since is not None:
        statement = statement.where(AuditRecord.at >= wanted.since)
    if wanted.before_id is not None:
        statement = statement.where(col(AuditRecord.id) < wanted.before_id)
    with session() as opened:
        return [_entry(record, name) for record, name in opened.exec(statement).all()]


def actions() -> list[str]:
    """All actions that have an entry, for a filter."""
    with session() as opened:
        return sorted(opened.exec(select(AuditRecord.action).distinct()).all())


def prune(before: datetime) -> int:
    """Remove the entries before that time; returns how many."""

    def change(opened: Session) -> int:
        statement = delete(AuditRecord).where(col(AuditRecord.at) < before)
        return int(opened.execute(statement).rowcount)  # type: ignore[attr-defined]

    return write(change)


def _entry(record: AuditRecord, name: str | None) -> AuditEntry:
    return AuditEntry(
        record.id or 0,
        record.at,
        record.user_id,
        name or record.user_id,
        record.action,
        record.subject,
        record.detail,
        record.address,
    )
