"""Reports on errors, and when the last scheduled one was due."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.String(), primary_key=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("type", "format", "title", "time_range")
        ),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_scheduled", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_report_created_at", "report", ["created_at"])
    op.create_table(
        "report_schedule",
        sa.Column("schedule", sa.String(), primary_key=True),
        sa.Column("last_due", sa.DateTime(), nullable=False),
    )
