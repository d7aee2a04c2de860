"""Alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("last_value_at", sa.DateTime(), nullable=False),
        sa.Column("resolved_at", sa.DateTime()),
        sa.Column("notified_state", sa.String(8)),
    )
    op.create_index(
        "ix_alert_firing",
        "alert",
        ["rule", "subject"],
        unique=True,
        sqlite_where=sa.text("state = 'FIRING'"),
    )
    op.create_index("ix_alert_started_at", "alert", ["started_at"])
