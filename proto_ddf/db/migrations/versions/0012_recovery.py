"""Attempts to repair what failed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TABLE = "recovery_attempt"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("incident_id", "subject")),
        sa.Column("strategy", sa.String(), nullable=False),
        sa.Column("operation_id", sa.String(), nullable=False, unique=True),
        sa.Column("original_operation_id", sa.String()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
    )
    running = sa.text("state = 'RUNNING'")
    op.create_index(
        "ix_recovery_attempt_running", TABLE, ["subject"], unique=True, sqlite_where=running
    )
    op.create_index("ix_recovery_attempt_incident", TABLE, ["incident_id", "started_at"])
    for name in ("original_operation_id", "started_at"):
        op.create_index(f"ix_recovery_attempt_{name}", TABLE, [name])
