"""What the server does with the rows that refer to one that is deleted."""

from collections.abc import Sequence

import sqlalchemy as sa


def on_delete(connection: sa.Connection, table: sa.Table, columns: Sequence[str]) -> str | None:
    """Its rule for these columns when the row they refer to goes; None without a foreign key."""
    for declared in sa.inspect(connection).get_foreign_keys(table.name, table.schema):
        if declared["constrained_columns"] == list(columns):
            return str(declared.get("options", {}).get("ondelete", "NO ACTION"))
    return None
