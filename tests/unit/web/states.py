"""State classes, driven without a browser."""

import asyncio
from types import ModuleType
from typing import Any

import pytest
import reflex as rx
from reflex.state import State

from proto_ddf.web.shared.state import live


def state_of(cls: type[Any]) -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(cls.get_full_name().split("."))


def run(state: Any, handler: str, *args: Any) -> list[Any]:
    """Run an async handler; returns the events it gave."""

    async def collect() -> list[Any]:
        given = type(state).event_handlers[handler].fn(state, *args)
        return [event async for event in given] if hasattr(given, "__aiter__") else [await given]

    return asyncio.run(collect())


def open_for_one_look(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """The tab of the page in `module` is open for one refresh, and closed at the next; `follow` may be called again."""
    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(module, "_REFRESH_SECONDS", 0.001)
    looks: list[bool] = []

    def every_other(_state: rx.State) -> bool:
        looks.append(len(looks) % 2 == 0)
        return looks[-1]

    monkeypatch.setattr(live, "is_connected", every_other)
