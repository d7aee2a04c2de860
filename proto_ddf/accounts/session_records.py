"""The records of sessions in the database, so that they outlive the server."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as Transaction
from sqlmodel import col, select

from proto_ddf.db.engine import session as database
from proto_ddf.db.tables import AccountRecord, SessionKind, SessionRecord
from proto_ddf.db.writing import write
from proto_ddf.logs import get_logger

_PATIENCE_SECONDS = 1.0

log = get_logger(__name__)


def read(kind: SessionKind) -> list[tuple[SessionRecord, AccountRecord | None]]:
    """Those of a kind with their accounts, without those of disabled accounts."""
    statement = (
        select(SessionRecord, AccountRecord)
        .join(AccountRecord, isouter=True)
        .where(SessionRecord.kind == kind, col(AccountRecord.disabled_at).is_(None))
    )
    with database() as opened:
        return [(record, account) for record, account in opened.exec(statement).all()]


def ids_of_account(account_id: str) -> set[str]:
    with database() as opened:
        found = opened.exec(select(SessionRecord.id).where(SessionRecord.account_id == account_id))
        return set(found.all())


def store(record: SessionRecord) -> bool:
    """Whether it was stored; False only for an anonymous one, which the database may refuse."""
    values = record.model_dump()
    try:
        write(lambda opened: opened.add(SessionRecord(**values)), patience=_PATIENCE_SECONDS)
    except SQLAlchemyError as error:
        if record.kind != SessionKind.ANONYMOUS:
            raise
        log.warning("session not stored", reason=str(error))
        return False
    return True


def store_seen(seen: Collection[tuple[str, float]]) -> None:
    """Store when sessions, by id, were last used: seconds since the epoch."""

    def change(opened: Transaction) -> None:
        for session_id, seen_at in seen:
            at = datetime.fromtimestamp(seen_at, UTC)
            opened.execute(
                update(SessionRecord).where(col(SessionRecord.id) == session_id).values(seen_at=at)
            )

    write(change, patience=_PATIENCE_SECONDS)


def remove(ids: Collection[str]) -> None:
    statement = delete(SessionRecord).where(col(SessionRecord.id).in_(ids))
    write(lambda opened: opened.execute(statement))


def prune(before: datetime) -> int:
    """Remove the sessions that were last used before that time, of all modes; returns how many."""
    statement = delete(SessionRecord).where(col(SessionRecord.seen_at) < before)
    return write(lambda opened: int(opened.execute(statement).rowcount))  # type: ignore[attr-defined]
