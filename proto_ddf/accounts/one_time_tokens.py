"""One-time tokens: what the printed link and the links for new passwords contain. Only their hashes are stored."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import delete
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import OneTimeTokenRecord, TokenPurpose, utc_now
from proto_ddf.db.writing import write

LIFETIMES = {
    TokenPurpose.ENTER: timedelta(hours=1),
    TokenPurpose.SET_UP: timedelta(hours=1),
    TokenPurpose.PASSWORD: timedelta(days=3),
}


def hash_of(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def issue(purpose: TokenPurpose, account_id: str | None = None) -> str:
    """A new token. Earlier ones for the same purpose and account end."""
    return write(lambda opened: issue_in(opened, purpose, account_id))


def issue_in(opened: Session, purpose: TokenPurpose, account_id: str | None = None) -> str:
    """`issue` as part of a transaction."""
    token = token_urlsafe(32)
    opened.execute(
        delete(OneTimeTokenRecord).where(
            col(OneTimeTokenRecord.purpose) == purpose,
            col(OneTimeTokenRecord.account_id) == account_id
            if account_id
            else col(OneTimeTokenRecord.account_id).is_(None),
        )
    )
    opened.add(
        OneTimeTokenRecord(
            token_hash=hash_of(token),
            purpose=purpose,
            account_id=account_id,
            expires_at=utc_now() + LIFETIMES[purpose],
        )
    )
    return token


def find(token: str, *purposes: TokenPurpose) -> OneTimeTokenRecord | None:
    """The token, if it may still be used. It stays usable."""
    with session() as opened:
        return _valid(opened, token, purposes)


def use(opened: Session, token: str, *purposes: TokenPurpose) -> OneTimeTokenRecord | None:
    """Use up the token, in the transaction of what it is used for. None if it is not valid (any more)."""
    found = _valid(opened, token, purposes)
    if found is not None:
        opened.delete(found)
        opened.flush()
    return found


def prune(before: datetime) -> int:
    """Remove the tokens that expired before that time; returns how many."""
    statement = delete(OneTimeTokenRecord).where(col(OneTimeTokenRecord.expires_at) < before)
    return write(lambda opened: int(opened.execute(statement).rowcount))  # type: ignore[attr-defined]


def _valid(
    opened: Session, token: str, purposes: tuple[TokenPurpose, ...]
) -> OneTimeTokenRecord | None:
    statement = select(OneTimeTokenRecord).where(
        OneTimeTokenRecord.token_hash == hash_of(token),
        col(OneTimeTokenRecord.purpose).in_(purposes),
        OneTimeTokenRecord.expires_at > utc_now(),
    )
    return opened.exec(statement).first()
