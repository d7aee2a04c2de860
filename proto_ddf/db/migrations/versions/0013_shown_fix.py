"""What a fix of Codegen would change, with its run."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("codegen_run", sa.Column("shown", sa.JSON()))
