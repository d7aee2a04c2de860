"""One injection: which calls it affects, how often, and what happens to them."""

import copy
import errno
import itertools
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

InjectionKind = Literal["error", "latency", "hang", "outcome", "reset"]

_ids = itertools.count(1)


@dataclass(frozen=True)
class InjectionSnapshot:
    id: int
    system: str
    target: str | None
    """None: every target of the system."""
    kind: InjectionKind
    rate: float
    count: int
    """Calls affected so far."""
    calls_left: int | None
    seconds_left: float | None
    detail: str
    """What happens to a call, in a few words."""


class Injection:
    """Made by `injection.inject`, which documents the arguments. Thread-safe."""

    def __init__(
        self,
        system: str,
        kind: InjectionKind,
        *,
        rate: float,
        calls: int | None,
        seconds: float | None,
        seed: int | None,
        error: Exception | Callable[[], Exception] | None,
        latency: float,
        outcome: Any,
        target: str | None,
        clock: Callable[[], float],
    ) -> None:
        self.id = next(_ids)
        self.system = system
        self.target = target
        self.kind = kind
        self.rate = rate
        self.latency = latency
        self.outcome = outcome
        self._error = error
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - not used for security
        self._calls_left = calls
        self._ends_at = None if seconds is None else clock() + seconds
        self._count = 0
        self._blocked_calls = 0
        self._stopped = False
        # Re-entrant: the garbage collector may end an abandoned call while the lock is held.
        self._lock = threading.RLock()

    @property
    def expired(self) -> bool:
        """Whether it affects no further calls."""
        return (
            self._stopped
            or self._calls_left == 0
            or (self._ends_at is not None and self._clock() >= self._ends_at)
        )

    @property
    def blocks(self) -> bool:
        """Whether blocked calls stay blocked: the injection was not stopped and its time has not passed."""
        return not self._stopped and (self._ends_at is None or self._clock() < self._ends_at)

    @property
    def finished(self) -> bool:
        """Whether it can be removed: it has expired and blocks no call."""
        return self.expired and self._blocked_calls == 0

    @contextmanager
    def blocked_call(self) -> Iterator[None]:
        """Count a call as blocked while the context is open."""
        with self._lock:
            self._blocked_calls += 1
        try:
            yield
        finally:
            with self._lock:
                self._blocked_calls -= 1

    def stop(self) -> None:
        """Affect no further calls and release the blocked ones."""
        self._stopped = True

    def matches(self, system: str, target: str) -> bool:
        """Whether the injection applies to this call. If it does, the call is counted."""
        if system != self.system or self.target not in (None, target):
            return False
        with self._lock:
            if self.expired or self._random.random() >= self.rate:
                return False
            self._count += 1
            if self._calls_left is not None:
                self._calls_left -= 1
            return True

    def make_error(self) -> Exception:
        """A new exception each time, as a driver would raise."""
        if self.kind == "reset":
            return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        if self._error is None:
            return ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        return _copy(self._error) if isinstance(self._error, Exception) else self._error()

    def snapshot(self) -> InjectionSnapshot:
        with self._lock:
            return InjectionSnapshot(
                self.id,
                self.system,
                self.target,
                self.kind,
                self.rate,
                self._count,
                self._calls_left,
                None if self._ends_at is None else max(0.0, self._ends_at - self._clock()),
                self._describe(),
            )

    def _describe(self) -> str:
        if self.kind == "latency":
            return f"{self.latency:g} s late"
        if self.kind == "hang":
            return "never answers"
        if self.kind == "outcome":
            return f"answers {self.outcome!r}"[:80]
        return self._error_name()

    def _error_name(self) -> str:
        """The name of the error. It does not call the factory, which may have side effects."""
        if self.kind == "reset":
            return ConnectionResetError.__name__
        if self._error is None:
            return ConnectionRefusedError.__name__
        if isinstance(self._error, Exception):
            return type(self._error).__name__
        return (
            self._error.__name__ if isinstance(self._error, type) else "an error made for each call"
        )


def _copy(error: Exception) -> Exception:
    try:
        return copy.copy(error)
    except TypeError:  # the constructor takes more than the message, as with httpx's errors
        made = type(error).__new__(type(error), *error.args)
        made.__dict__.update(error.__dict__)
        return made
