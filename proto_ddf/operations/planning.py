"""Plans an app from a source, for the generate page, before anything is generated."""

from collections.abc import Sequence

from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.plan_extend import add_table
from proto_ddf.generator.spec import AppSpec
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS

UNNAMED = "New app"
"""The plan's name until the user enters one."""


def plan_tables(source_id: str, tables: Sequence[str], plan: AppSpec | None = None) -> AppSpec:
    """A plan for these tables of a source; tables that `plan` has already stay as they are there.

    Raises:
        ValidationError: the source or a table does not exist, or `tables` is empty.
        Exception: what the source raises when it cannot be read.
    """
    saved = store.get_source(source_id)
    source = store.open_source(saved)
    if plan is None:
        kind = KINDS[saved.kind]
        return plan_app(
            saved.schema,
            name=UNNAMED,
            tables=tables,
            imported=not kind.live,
            dialect=kind.dialect,
            source=source,
        )
    known = {table.table for table in plan.tables}
    for table in tables:
        if table not in known:
            plan = add_table(plan, saved.schema, table, source)
    return plan
