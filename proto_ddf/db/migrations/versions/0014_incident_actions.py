"""What people did with incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "incident_action",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "incident_id",
            sa.String(),
            sa.ForeignKey("incident.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(12), nullable=False),
        sa.Column("until", sa.DateTime()),
    )
    op.create_index("ix_incident_action", "incident_action", ["incident_id", "at"])
    op.execute(
        "INSERT INTO incident_action (incident_id, at, action)"
        " SELECT id, acknowledged_at, 'ACKNOWLEDGED' FROM incident WHERE acknowledged_at IS NOT NULL"
    )
