"""What SQLite does with the rows that refer to one that is deleted."""

from collections.abc import Sequence

import sqlalchemy as sa


def on_delete(connection: sa.Connection, table: sa.Table, columns: Sequence[str]) -> str | None:
    """Its rule for these columns when the row they refer to goes; None without a foreign key.

    Asked of SQLite itself: SQLAlchemy does not see the rule of a key declared at its column.
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
