"""Run by alembic for `proto_ddf.db.engine.migrate`, on the connection given there."""

from alembic import context
from sqlmodel import SQLModel

from proto_ddf.db import tables  # noqa: F401  (fills the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller holds the one transaction
)
context.run_migrations()
