"""Reads what the server does with rows that refer to a deleted row."""

from collections.abc import Sequence

import sqlalchemy as sa


def on_delete(connection: sa.Connection, table: sa.Table, columns: Sequence[str]) -> str | None:
    """The foreign key's rule for these columns; None without a foreign key."""
    for declared in sa.inspect(connection).get_foreign_keys(table.name, table.schema):
        if declared["constrained_columns"] == list(columns):
            return str(declared.get("options", {}).get("ondelete", "NO ACTION"))
    return None
