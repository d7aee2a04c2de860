"""Accounts, sessions, one-time tokens and the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_ROLES = sa.Enum("VIEWER", "BUILDER", "ADMIN", name="role")
_KINDS = sa.Enum("ANONYMOUS", "TOKEN", "ACCOUNT", name="sessionkind")
_PURPOSES = sa.Enum("ENTER", "SET_UP", "PASSWORD", name="tokenpurpose")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False, unique=True),
        sa.Column("role", _ROLES, nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime()),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        sa.Column("kind", _KINDS, nullable=False),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id", ondelete="CASCADE")),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])
    op.create_table(
        "one_time_token",
        sa.Column("token_hash", sa.String(), primary_key=True),
        sa.Column("purpose", _PURPOSES, nullable=False),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id", ondelete="CASCADE")),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
    )
    for column in ("at", "user_id", "action"):
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column])
