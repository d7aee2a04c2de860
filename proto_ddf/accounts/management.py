"""What admins do with accounts and sessions, and people with their own password. Each change is in the audit."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, func, select

from proto_ddf import errors
from proto_ddf.accounts import audit, one_time_tokens, passwords
from proto_ddf.accounts.session import SessionView
from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.db.engine import session
from proto_ddf.db.tables import AccountRecord, Role, TokenPurpose, utc_now
from proto_ddf.db.writing import write

LONGEST_NAME = 64

_T = TypeVar("_T")


@dataclass(frozen=True)
class Account:
    id: str
    name: str
    role: Role
    created_at: datetime
    disabled: bool
    has_password: bool
    """False until the person has used the link and chosen a password."""


@dataclass(frozen=True)
class PasswordLink:
    """How a person chooses the password of an account, once. `path` is to be put after the server's address."""

    account: Account
    path: str


def list_accounts() -> list[Account]:
    """All accounts, by name."""
    with session() as opened:
        found = opened.exec(select(AccountRecord).order_by(AccountRecord.name_key)).all()
    return [_view(each) for each in found]


def any_account() -> bool:
    with session() as opened:
        return opened.exec(select(func.count()).select_from(AccountRecord)).one() > 0


def create_account(name: str, role: Role) -> PasswordLink:
    """A new account. The link, which works for three days, is for the person whose account it is.

    Raises:
        ValidationError: field "name", when it is not valid or taken.
    """
    shown = checked_name(name)

    def change(opened: Session) -> PasswordLink:
        record = add_account(opened, shown, role)
        opened.add(audit.entry_of("account_created", shown, role))
        return _password_link(opened, record)

    return write(change)


def add_account(opened: Session, name: str, role: Role, password_hash: str = "") -> AccountRecord:
    """`create_account` as part of a transaction. Raises as it does."""
    key = name_key(name)
    if opened.exec(select(AccountRecord).where(AccountRecord.name_key == key)).first():
        raise errors.ValidationError("There is an account of that name.", "name", name)
    record = AccountRecord(name=name, name_key=key, role=role, password_hash=password_hash)
    opened.add(record)
    opened.flush()
    return record


def new_password_link(account_id: str) -> PasswordLink:
    """A link by which the person chooses a new password. The old one stays valid until then.

    Raises:
        ValidationError: field "account", when there is none.
    """

    def change(opened: Session, record: AccountRecord) -> PasswordLink:
        opened.add(audit.entry_of("password_link_made", record.name))
        return _password_link(opened, record)

    return _change(account_id, change)


def set_role(account_id: str, role: Role) -> None:
    """It holds from the account's next event.

    Raises:
        ValidationError: field "account", when there is none; field "role", when it is the last admin.
    """

    def change(opened: Session, record: AccountRecord) -> None:
        if role != Role.ADMIN:
            _need_another_admin(opened, record, "role")
        opened.add(audit.entry_of("role_changed", record.name, f"{record.role} to {role}"))
        record.role = role

    _change(account_id, change)
    SESSIONS.refresh()


def disable_account(account_id: str) -> None:
    """It cannot sign in any more, and its sessions end.

    Raises:
        ValidationError: field "account", when there is none, or it is the last admin.
    """

    def change(opened: Session, record: AccountRecord) -> None:
        _need_another_admin(opened, record, "account")
        opened.add(audit.entry_of("account_disabled", record.name))
        record.disabled_at = utc_now()

    _change(account_id, change)
    SESSIONS.end_of_account(account_id)


def enable_account(account_id: str) -> None:
    """Raises ValidationError, field "account", when there is none."""

    def change(opened: Session, record: AccountRecord) -> None:
        opened.add(audit.entry_of("account_enabled", record.name))
        record.disabled_at = None

    _change(account_id, change)


def change_password(account_id: str, old: str, new: str, session_id: str) -> None:
    """Of the own account. All sessions but `session_id` end.

    Raises:
        ValidationError: field "old_password", when it is wrong; field "password", when the new one is not accepted.
    """
    with session() as opened:
        record = opened.get(AccountRecord, account_id)
    if record is None or not passwords.matches(old, record.password_hash):
        raise errors.ValidationError("This is not the current password.", "old_password", "***")
    passwords.check_new(new, record.name)
    hashed = passwords.hash_of(new)

    def change(opened: Session, found: AccountRecord) -> None:
        opened.add(audit.entry_of("password_changed", found.name))
        found.password_hash = hashed

    _change(account_id, change)
    SESSIONS.end_of_account(account_id, but=session_id)


def list_sessions(account_id: str | None = None) -> list[SessionView]:
    """Those of one account, or all."""
    return SESSIONS.views(account_id)


def revoke_session(session_id: str) -> None:
    """Its next event does not run, and its tabs go to the sign-in."""
    revoked = [each for each in SESSIONS.views() if each.id == session_id]
    SESSIONS.end([session_id])
    for each in revoked:
        audit.record("session_revoked", each.user_name, each.address)


def revoke_sessions_of(account_id: str, but: str = "") -> int:
    """All sessions of an account, but one; returns how many."""
    ended = SESSIONS.end_of_account(account_id, but)
    audit.record("sessions_revoked", _name_of(account_id), f"{ended}")
    return ended


def find_by_name(name: str) -> AccountRecord | None:
    with session() as opened:
        statement = select(AccountRecord).where(AccountRecord.name_key == name_key(name))
        return opened.exec(statement).first()


def checked_name(name: str) -> str:
    """Raises ValidationError, field "name"."""
    shown = " ".join(unicodedata.normalize("NFKC", name).split())
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        raise errors.ValidationError(
            f"A name has 1 to {LONGEST_NAME} characters.", "name", shown[:LONGEST_NAME]
        )
    return shown


def name_key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _change(account_id: str, change: Callable[[Session, AccountRecord], _T]) -> _T:
    def found(opened: Session) -> _T:
        record = opened.get(AccountRecord, account_id)
        if record is None:
            raise errors.ValidationError("There is no such account.", "account", account_id)
        return change(opened, record)

    return write(found)


def _need_another_admin(opened: Session, record: AccountRecord, field: str) -> None:
    """Without an admin nobody could ever change anything again."""
    others = select(func.count()).where(
        AccountRecord.role == Role.ADMIN,
        col(AccountRecord.disabled_at).is_(None),
        AccountRecord.password_hash != "",
        AccountRecord.id != record.id,
    )
    if record.role == Role.ADMIN and not record.disabled_at and not opened.exec(others).one():
        raise errors.ValidationError("This is the last admin.", field, record.name)


def _password_link(opened: Session, record: AccountRecord) -> PasswordLink:
    token = one_time_tokens.issue_in(opened, TokenPurpose.PASSWORD, record.id)
    return PasswordLink(_view(record), f"/set-up?token={token}")


def _name_of(account_id: str) -> str:
    with session() as opened:
        record = opened.get(AccountRecord, account_id)
    return record.name if record else account_id


def _view(record: AccountRecord) -> Account:
    return Account(
        record.id,
        record.name,
        record.role,
        record.created_at,
        record.disabled_at is not None,
        bool(record.password_hash),
    )
