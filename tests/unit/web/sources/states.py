"""The states of the sources' pages, driven without a browser."""

from typing import Any

import reflex as rx

from proto_ddf.operations.views import OperationView
from proto_ddf.web.sources.connect.draft import field_key

PATH = field_key("sqlite", "path")


PATHS = field_key("csv", "paths")


LONG = "long text " * 50


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
