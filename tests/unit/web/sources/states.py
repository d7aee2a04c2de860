"""The states of the sources' pages, driven without a browser."""

import asyncio
from typing import Any

import reflex as rx
from reflex.state import State

from proto_ddf.operations.views import OperationView
from proto_ddf.web.sources.connect.draft import field_key

PATH = field_key("sqlite", "path")


PATHS = field_key("csv", "paths")


LONG = "long text " * 50


def state_of(cls: type[Any]) -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(cls.get_full_name().split("."))


def run(state: Any, handler: str, *args: Any) -> list[Any]:
    """Run a background handler; returns the events it gave."""

    async def collect() -> list[Any]:
        given = type(state).event_handlers[handler].fn(state, *args)
        return [event async for event in given] if hasattr(given, "__aiter__") else [await given]

    return asyncio.run(collect())


def operation(kind: str, state: str, **values: Any) -> OperationView:
    return OperationView(
        id="op1",
        kind=kind,
        title="",
        subject="",
        state=state,
        created_at="2026-11-22T06:00:00+00:00",
        finished_at="2026-11-22T06:00:01+00:00",
        **values,
    )


def script_of(event: Any) -> str:
    return str(event.args)


def open_address(state: rx.State, path: str) -> None:
    """Let the tab of `state` show `path`."""
    root = state._get_root_state()
    root.router = type(root.router).from_router_data({"asPath": path, "pathname": path})
