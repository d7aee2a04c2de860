"""Channels of notifications, and their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "notification_channel",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), primary_key=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in (
                *("channel_id", "channel_name", "incident_id", "reason", "round", "priority"),
                *("title", "text", "link"),
            )
        ),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("digest", "quiet", "doubtful")
        ),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("queued_at", sa.DateTime(), nullable=False),
        sa.Column("claimed_at", sa.DateTime()),
        sa.Column("ended_at", sa.DateTime()),
    )
    once = ["channel_id", "incident_id", "reason", "round"]
    op.create_index("ix_delivery_once", "delivery", once, unique=True)
    op.create_index("ix_delivery_state", "delivery", ["state", "channel_id", "not_before"])
    op.create_index("ix_delivery_claimed", "delivery", ["channel_id", "claimed_at"])
