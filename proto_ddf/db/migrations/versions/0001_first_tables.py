"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from proto_ddf.db.tables import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "app",
        sa.Column("slug", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("description", AutoString(), nullable=False),
        sa.Column("source_id", AutoString(), nullable=True),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "CREATING",
                "STARTING",
                "RUNNING",
                "DEGRADED",
                "STOPPED",
                "RESTARTING",
                "FAILED",
                name="appstate",
            ),
            nullable=False,
        ),
        sa.Column("wanted_running", sa.Boolean(), nullable=False),
        sa.Column("frontend_port", sa.Integer(), nullable=True),
        sa.Column("backend_port", sa.Integer(), nullable=True),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.Column("pid_create_time", sa.Float(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("next_restart_at", UtcDateTime(), nullable=True),
        sa.Column("health", sa.JSON(), nullable=False),
        sa.Column("last_error", AutoString(), nullable=False),
        sa.Column("operation_id", AutoString(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("slug"),
    )
    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_app_source_id"), ["source_id"], unique=False)

    op.create_table(
        "error",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("operation_id", AutoString(), nullable=True),
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("error_type", AutoString(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("family", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("message", AutoString(), nullable=False),
        sa.Column("hint", AutoString(), nullable=False),
        sa.Column("field", AutoString(), nullable=True),
        sa.Column("retry_possible", sa.Boolean(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("error", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_error_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_error_operation_id"), ["operation_id"], unique=False)

    op.create_table(
        "operation",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("user_id", AutoString(), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("output", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", name="operationstate"
            ),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("operation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operation_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_operation_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_operation_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_operation_subject"), ["subject"], unique=False)

    op.create_table(
        "port_reservation",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("frontend", sa.Integer(), nullable=False),
        sa.Column("backend", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("backend"),
        sa.UniqueConstraint("frontend"),
    )
    op.create_table(
        "source",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("table_schema", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "operation_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("line", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("operation_log", schema=None) as batch_op:
        batch_op.create_index("ix_operation_log_step", ["operation_id", "position"], unique=False)

    op.create_table(
        "operation_step",
        sa.Column("operation_id", AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", name="stepstate"),
            nullable=False,
        ),
        sa.Column("message", AutoString(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wait_until", UtcDateTime(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("child_pid", sa.Integer(), nullable=True),
        sa.Column("child_create_time", sa.Float(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("operation_id", "position"),
    )
