"""Accounts, sessions, one-time tokens and the audit of what people did."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now


class Role(StrEnum):
    """What an account may do. Each role may do what the roles before it may."""

    VIEWER = "viewer"
    BUILDER = "builder"
    ADMIN = "admin"


class SessionKind(StrEnum):
    """How a session was begun: the setting ENABLE_AUTH at that time."""

    ANONYMOUS = "anonymous"
    TOKEN = "token"  # noqa: S105 (not a secret)
    ACCOUNT = "account"


class TokenPurpose(StrEnum):
    ENTER = "enter"
    SET_UP = "set_up"
    PASSWORD = "password"  # noqa: S105 (not a secret)
    """To choose the password of an account."""


class AccountRecord(SQLModel, table=True):
    __tablename__ = "account"
    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    name_key: str = Field(unique=True)
    """The name without differences of case and spelling."""
    role: Role
    password_hash: str = ""
    """Empty until the person has chosen a password."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SessionRecord(SQLModel, table=True):
    __tablename__ = "session"
    id: str = Field(default_factory=new_id, primary_key=True)
    token_hash: str = Field(unique=True)
    """SHA-256 of the cookie's value."""
    kind: SessionKind
    account_id: str | None = Field(
        default=None, foreign_key="account.id", ondelete="CASCADE", index=True
    )
    address: str = ""
    user_agent: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class OneTimeTokenRecord(SQLModel, table=True):
    __tablename__ = "one_time_token"
    token_hash: str = Field(primary_key=True)
    purpose: TokenPurpose
    account_id: str | None = Field(default=None, foreign_key="account.id", ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=UtcDateTime)


class AuditRecord(SQLModel, table=True):
    __tablename__ = "audit_entry"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    user_id: str = Field(index=True)
    action: str = Field(index=True)
    subject: str = ""
    """What it was done to: the name or id of an account, a source, an app."""
    detail: str = ""
    address: str = ""
