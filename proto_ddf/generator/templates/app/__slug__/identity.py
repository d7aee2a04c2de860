"""Whether a single row can be changed: its key must identify it alone, and the database must support rollback."""

from typing import Any

import sqlalchemy as sa

from .data import key_is
from .dialect import engine_without_rollback
from .views import TableView

EMPTY_KEY = (
    "The key of this row is empty, so it cannot be distinguished from other rows without a key."
)
SHARED_KEY = "Several rows have this key, so a change would reach all of them."


def without_rollback(connection: sa.Connection, view: TableView) -> str:
    """Why no row of the table can be added or changed, as a message; empty if rows can be. Raises as `identifying`."""
    engine = engine_without_rollback(connection, view.table)
    if not engine:
        return ""
    return (
        f"The table's storage engine, {engine}, does not support rollback, so a change that fails "
        "would stay incomplete."
    )


def identifying(connection: sa.Connection, view: TableView, key: tuple[Any, ...]) -> str:
    """Why the row with this key cannot be changed, as a message; empty if it can be.

    A missing row is not reported here, but by the caller. Rows are counted as the database counts them for a change:
    with the rows of tables that inherit, without those that a policy hides.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database could not answer.
    """
    if None in key:
        return EMPTY_KEY
    if reason := without_rollback(connection, view):
        return reason
    same = sa.select(sa.literal(1)).select_from(view.table).where(*key_is(view, key)).limit(2)
    return SHARED_KEY if len(connection.execute(same).all()) > 1 else ""
