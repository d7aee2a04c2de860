"""State classes, driven without a browser."""

import asyncio
from typing import Any

from reflex.state import State


def state_of(cls: type[Any]) -> Any:
    root = State(_reflex_internal_init=True)
    return root.get_substate(cls.get_full_name().split("."))


def run(state: Any, handler: str, *args: Any) -> list[Any]:
    """Run an async handler; returns the events it gave."""

    async def collect() -> list[Any]:
        given = type(state).event_handlers[handler].fn(state, *args)
        return [event async for event in given] if hasattr(given, "__aiter__") else [await given]

    return asyncio.run(collect())
