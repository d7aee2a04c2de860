"""What the probes need of a library, and how a probe says what it found."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal, Protocol, TypeVar

State = Literal["closed", "open", "half-open"]
SyncCall = Callable[[], Any]
AsyncCall = Callable[[], Awaitable[Any]]


class Fails(Exception):
    """The library does not do what the probe asks; the message says what it did, measured."""


class NotOffered(Exception):
    """The library has no such function."""


@dataclass(frozen=True)
class Setup:
    """How a probe wants its breaker: one success closes it."""

    failures: int = 1
    """In a row, that open it."""
    reset: float = 60.0
    """Seconds that it stays open."""
    lease: float = 60.0
    """Seconds that a probe call may hold its place, where the library has such a setting."""
    slots: int = 1
    """Calls let through at once while half-open, where the library has such a setting."""


class Breaker(Protocol):
    """A breaker of a library, the parts that every library has."""

    @property
    def refusal(self) -> type[Exception]:
        """What a call that is not let through raises."""
        ...

    def call_sync(self, fn: SyncCall) -> Any: ...

    async def call(self, fn: AsyncCall) -> Any: ...

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        """`fn` guarded in the way that the library's manual shows first."""
        ...

    def state(self) -> State: ...


@dataclass(frozen=True)
class BreakerLibrary:
    name: str
    distribution: str
    """Its name in the package registry; empty for this project."""
    make: Callable[[Setup], Breaker]
    sync: bool = True
    slots: bool = False
    """Whether the number of calls let through while half-open can be set."""


class Retrying(Protocol):
    async def __call__(self, fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
        """`await fn()`, again after `wait` seconds when it fails by what passes by itself.

        Args:
            total: seconds for all attempts and waits together.
            wait: seconds; a `Retry-After` of the error takes its place.
            attempts: at most.
        """
        ...


@dataclass(frozen=True)
class RetryLibrary:
    name: str
    distribution: str
    run: Retrying
    hints: bool = True
    """Whether an error can say how long to wait."""


L = TypeVar("L", BreakerLibrary, RetryLibrary)
Probe = Callable[[L], Coroutine[Any, Any, None] | None]
"""A question to a library, sync or async."""


def version_of(library: BreakerLibrary | RetryLibrary) -> str:
    return version(library.distribution) if library.distribution else ""


async def turns(count: int) -> None:
    """Let the event loop go round `count` times."""
    for _ in range(count):
        await asyncio.sleep(0)
