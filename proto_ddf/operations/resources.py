"""Objects that the steps of one run share."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar, cast

T = TypeVar("T")


class RunResources:
    """What a step made and later steps of the same run use again, in this process alone: after a restart it is empty, and
    a step makes what it misses."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._closing = ExitStack()

    def get(self, key: str, make: Callable[[], T], close: Callable[[T], object] | None = None) -> T:
        """The object of that key, made by `make` when it is asked for the first time, and closed by `close` when the run
        ends. Raises what `make` raises."""
        if key not in self._made:
            made = make()
            if close is not None:
                self._closing.callback(close, made)
            self._made[key] = made
        return cast(T, self._made[key])

    def close(self) -> None:
        """Close all objects, the last one first."""
        self._made.clear()
        self._closing.close()
