"""The number of an operation's current run, and each step's output with the step."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("operation_step") as step:
        step.add_column(sa.Column("output", sa.JSON()))
    _move_outputs()
    with op.batch_alter_table("operation") as operation:
        operation.drop_column("output")
        # 0: no run of this numbering has begun.
        operation.add_column(sa.Column("run", sa.Integer(), nullable=False, server_default="0"))


def _move_outputs() -> None:
    connection = op.get_bind()
    for operation_id, held in connection.execute(sa.text("SELECT id, output FROM operation")).all():
        for name, output in json.loads(held).items():
            connection.execute(
                sa.text(
                    "UPDATE operation_step SET output = :output"
                    " WHERE operation_id = :operation_id AND name = :name AND state = 'SUCCEEDED'"
                ),
                {"output": json.dumps(output), "operation_id": operation_id, "name": name},
            )
