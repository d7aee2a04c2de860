"""The state of the generate page, driven without a browser."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

from reflex.state import State

from proto_ddf.operations.views import OperationView
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.web.generate.state import GenerateState

SHOP = """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer, total REAL);
"""


def connect(name: str, script: str, source_id: str | None = None) -> store.SourceView:
    path = upload_path(f"{name}.db")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    config = {"path": str(path)}
    schema = store.make_source("sqlite", config).read_schema()
    return store.save_source(name, "sqlite", config, schema, source_id)


def operation(state: str = "pending", **values: Any) -> OperationView:
    given = {
        "id": "op1",
        "kind": "generate_app",
        "title": "Generate My shop",
        "subject": "my_shop",
        "state": state,
        "created_at": "2026-11-22T06:00:00+00:00",
    }
    return OperationView(**{**given, **values})


def new_state() -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(GenerateState.get_full_name().split("."))


def run(state: Any, handler: str, *args: Any) -> list[Any]:
    """Run a background handler; returns the events it gave."""

    async def collect() -> list[Any]:
        return [event async for event in GenerateState.event_handlers[handler].fn(state, *args)]

    return asyncio.run(collect())


def name_of(event: Any) -> str:
    name: str = getattr(event, "handler", event).fn.__name__
    return name


def load(state: Any) -> None:
    """Load the page and let it choose a source and make a plan."""
    for event in run(state, "load"):
        if name_of(event) == "choose_source":
            state.choose_source(event.args[0][1]._var_value)
            run(state, "extend_plan")


def planned(state: Any) -> list[str]:
    return [table.table for table in state.plan.tables]


def label(state: Any, column: str = "name") -> str:
    fields = {field.column: field for table in state.plan.tables for field in table.fields}
    found: str = fields[column].label
    return found


def full_disk(*_: Any) -> Any:
    raise OSError(28, "No space left on device")
