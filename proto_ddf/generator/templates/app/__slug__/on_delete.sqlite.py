"""Reads what SQLite does with rows that refer to a deleted row."""

from collections.abc import Sequence

import sqlalchemy as sa


def on_delete(connection: sa.Connection, table: sa.Table, columns: Sequence[str]) -> str | None:
    """The foreign key's rule for these columns; None without a foreign key.

    Uses a PRAGMA, because SQLAlchemy does not see the rule of a key that is declared at its column.
    """
    pragma = sa.text(
        'SELECT id, "from", on_delete FROM pragma_foreign_key_list(:t) ORDER BY id, seq'
    )
    keys: dict[int, list[str]] = {}
    rules: dict[int, str] = {}
    for number, column, rule in connection.execute(pragma, {"t": table.name}):
        keys.setdefault(number, []).append(column)
        rules[number] = rule
    return next((rules[number] for number in keys if keys[number] == list(columns)), None)
