"""Escalations, the runs of Codegen, and the git repositories of apps."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column(
            "incident_id",
            sa.String(),
            sa.ForeignKey("incident.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("level", sa.String(7), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_escalation_incident_id", "escalation", ["incident_id"])
    op.create_table(
        "codegen_run",
        sa.Column("key", sa.String(), primary_key=True),
        *(_text(name) for name in ("incident_id", "app")),
        sa.Column("state", sa.String(9), nullable=False),
        *(_text(name) for name in ("branch", "prompt")),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("asked_at", sa.DateTime()),
        sa.Column("deadline", sa.DateTime()),
        sa.Column("remote_id", sa.Integer()),
        *(_text(name) for name in ("remote_status", "web_url", "summary")),
        *(_text(f"pull_{name}") for name in ("url", "title", "branch", "state")),
        sa.Column("error", sa.JSON()),
        sa.Column("applied_by", sa.String()),
        sa.Column("applied_at", sa.DateTime()),
    )
    op.create_index("ix_codegen_run_incident_id", "codegen_run", ["incident_id"])
    op.create_table(
        "app_repository",
        sa.Column(
            "app", sa.String(), sa.ForeignKey("app.slug", ondelete="CASCADE"), primary_key=True
        ),
        *(_text(name) for name in ("remote_url", "token")),
        sa.Column("repo_id", sa.Integer(), nullable=False),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)
