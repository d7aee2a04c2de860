"""An event loop that does not wait: its clock jumps to the next timer, and the order of events stays."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from proto_ddf.resilience.deadline import deadline

T = TypeVar("T")


class InstantLoop(asyncio.SelectorEventLoop):
    """Instead of waiting for a timer, it moves its clock."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers = 0
        """Timers set so far."""
        super().__init__(_InstantSelector(self))

    def time(self) -> float:
        return self.now

    def call_at(self, *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        self.timers += 1
        return super().call_at(*args, **kwargs)


class _InstantSelector(selectors.DefaultSelector):
    def __init__(self, loop: InstantLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().select(None)  # only another thread can help
        ready = super().select(0)
        if not ready:
            self._loop.now += timeout
        return ready


def run(main: Coroutine[Any, Any, T]) -> T:
    """asyncio.run on the loop that does not wait."""
    with asyncio.Runner(loop_factory=InstantLoop) as runner:
        return runner.run(main)


def running_loop() -> InstantLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, InstantLoop)
    return loop


def deadline_after(seconds: float, **about: Any) -> deadline.DeadlineScope:
    """With the clock of the running loop."""
    return deadline.deadline_after(seconds, clock=running_loop().time, **about)


def attempt_of(seconds: float | None) -> deadline.DeadlineScope:
    return deadline.attempt_timeout(seconds, clock=running_loop().time)


def cancelling() -> int:
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()
