"""Deadlines: one time limit for everything a call does, and the time left until then.

    async with deadline_after(2.0):         # everything inside is cancelled after 2 s
        async with attempt_timeout(0.5):    # this part after 0.5 s, or at the deadline
            await fetch()

A scope inside another one, also one in a task or thread started there, never ends later than that. The async
form cancels what runs. The sync form cannot; it tells what runs how long it may take (`time_left`, for the
driver's timeouts), and a retry inside begins nothing that would end too late. The sync form in a coroutine is
right where parts of it have async scopes of their own: those cut at the earlier end, with one timer.

How the async form keeps apart a cancellation of its own from one from outside: `asyncio.Task` counts the
requests (`cancelling`). What is left over when those of the timers here are subtracted came from outside,
and then the CancelledError goes on, whoever came first. This is the rule of asyncio.timeout (as of Python
3.12, which compares with the count at entry), for a chain of scopes: the innermost one turns the
cancellation into the error, so that a circuit breaker between two scopes sees a late call and no cancelled one.
"""

import asyncio
import math
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

from proto_ddf.errors import IntegrationError
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.resilience.deadline.task_timeouts import TaskTimeout

Clock = Callable[[], float]


class DeadlineExceededError(IntegrationError, TimeoutError):
    """The deadline of the whole call has passed. `seconds` is the time it had."""

    default_code = "deadline_exceeded"

    def __init__(self, seconds: float, system: str = "") -> None:
        super().__init__(
            f"The call was not done after the {seconds:g} s that it may take in all.",
            system=system,
            operation="call",
            seconds=f"{seconds:g}",
        )


class NoTimeLeftError(CallRefusedError, DeadlineExceededError):
    """The deadline passed before the call began. The call was not made and says nothing about the target."""


class AttemptTimeoutError(IntegrationError, TimeoutError):
    """One attempt exceeded its timeout. `seconds` is the time it had."""

    default_code = "timeout"

    def __init__(self, seconds: float, system: str = "") -> None:
        super().__init__(
            f"There was no answer within {seconds:g} s.",
            system=system,
            operation="call",
            seconds=f"{seconds:g}",
        )


class Deadline:
    """A moment of a monotonic clock, `at` in its seconds."""

    __slots__ = ("at", "clock")

    def __init__(self, at: float, clock: Clock = time.monotonic) -> None:
        self.at = at
        self.clock = clock

    def left(self) -> float:
        """Seconds until then; 0.0 when it is over, infinite for a scope without an end."""
        return max(0.0, self.at - self.clock())

    @property
    def expired(self) -> bool:
        return self.at <= self.clock()


class Scope(Deadline):
    """What `deadline_after` and `attempt_timeout` return: enter it once, with `with` or `async with`."""

    __slots__ = ("_error", "_own_timeout", "_owner", "_seconds", "_system", "_timeout", "_token")

    def __init__(
        self,
        seconds: float,
        error: Callable[[float, str], Exception],
        system: str,
        clock: Clock,
    ) -> None:
        self.at = seconds
        self.clock = clock
        self._seconds = seconds
        self._error = error
        self._system = system
        self._owner: Scope | None = (
            None  # the enclosing scope whose deadline applies, if it is earlier
        )
        self._timeout: TaskTimeout | None = None
        self._own_timeout: TaskTimeout | None = None
        self._token: Token[Scope | None]

    def error(self) -> Exception:
        """The exception to raise when the time is over; it names the scope that set the limit."""
        owner = self._owner or self
        return owner._error(owner._seconds, owner._system)

    def __enter__(self) -> Self:
        self._begin()
        self._token = _current.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()

    async def __aenter__(self) -> Self:
        left = self._begin()
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("an async deadline needs a task to cancel")
        if left < math.inf:
            self._timeout = self._own_timeout = TaskTimeout(
                task, left, self._owner or self, self._timeout
            )
        self._token = _current.set(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()
        timeout_error: Exception | None = None
        if self._timeout is not None and isinstance(error, asyncio.CancelledError):
            timeout_error = self._timeout.error()
        if self._own_timeout is not None:
            self._own_timeout.disarm()
        self._timeout = self._own_timeout = None  # they point back here
        if timeout_error is not None:
            raise timeout_error from error

    def _leave(self) -> None:
        try:
            _current.reset(self._token)
        except (
            ValueError
        ):  # an abandoned generator is closed in another context, where nothing is set
            return

    def _begin(self) -> float:
        """Determine the deadline in force and return the time left. Raises NoTimeLeftError if none is left."""
        now = self.clock()
        self.at = now + self._seconds
        outer = _current.get()
        if outer is not None:
            self._timeout = outer._timeout
            outer_left = outer.at - (now if outer.clock is self.clock else outer.clock())
            if outer_left <= self._seconds:
                self.at, self.clock, self._owner = outer.at, outer.clock, outer._owner or outer
                return self._check_left(outer_left)
        return self._check_left(self._seconds)

    def _check_left(self, left: float) -> float:
        if left <= 0:
            owner = self._owner or self
            raise NoTimeLeftError(owner._seconds, owner._system)
        return left


_current: ContextVar[Scope | None] = ContextVar("current_deadline", default=None)


def deadline_after(seconds: float, *, system: str = "", clock: Clock = time.monotonic) -> Scope:
    """A scope that ends after `seconds`, or earlier with the one around it.

    `with deadline_after(2.0):` or `async with deadline_after(2.0) as deadline:`. `system` goes into the error.
    A task started inside takes the end along: one that is to outlive it needs a `contextvars.Context()` of its own.

    Raises:
        NoTimeLeftError: on entry, when nothing is left.
        DeadlineExceededError: from the async form, when it is over.
        AttemptTimeoutError: from the async form, when an `attempt_timeout` around it is over first.
    """
    return Scope(seconds, DeadlineExceededError, system, clock)


def attempt_timeout(
    seconds: float | None, *, system: str = "", clock: Clock = time.monotonic
) -> Scope:
    """The same for one attempt of several: when its own time is over it raises AttemptTimeoutError.

    None sets no end of its own; the async form then still cuts at the deadline around it.
    """
    return Scope(math.inf if seconds is None else seconds, AttemptTimeoutError, system, clock)


def current_deadline() -> Deadline | None:
    """The end in force here, of the deadline or the attempt, whichever is earlier."""
    scope = _current.get()
    return scope if scope is not None and scope.at < math.inf else None


def time_left(default: float) -> float:
    """Seconds that a driver's call may take: `default`, or less when the end in force is nearer.

    Never zero, which many drivers take for "no limit".

    Raises:
        DeadlineExceededError, AttemptTimeoutError: nothing is left, so nothing more must begin.
    """
    scope = _current.get()
    if scope is None:
        return default
    left = scope.left()
    if left <= 0:
        raise scope.error()
    return min(default, left)
