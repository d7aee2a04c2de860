"""schema changes"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("source") as source:
        source.add_column(_json("schema_changes"))
    with op.batch_alter_table("app") as app:
        app.add_column(_json("source_schema"))
        app.add_column(_json("source_changes"))
    # The schema from which an earlier app was generated was not stored, so the present one is used.
    op.execute(
        "UPDATE app SET source_schema = coalesce("
        "(SELECT table_schema FROM source WHERE source.id = app.source_id), source_schema)"
    )


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default="{}")
