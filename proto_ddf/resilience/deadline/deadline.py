"""Deadlines: one time limit for a whole call, and the time left until then.

    async with deadline_after(2.0):         # everything inside is cancelled after 2 s
        async with attempt_timeout(0.5):    # this part after 0.5 s, or at the deadline
            await fetch()

An inner scope never ends later than its outer scope, even in a task or thread that was started inside. The async
form cancels the running code. The sync form cannot: the running code asks `time_left` how long it may take (for a
driver's timeouts), and a retry makes no attempt that would begin after the deadline. Use the sync form in a coroutine
if parts of the coroutine have async scopes: those are cancelled at the earlier of the two ends, with one timer.

How the async form tells its own cancellation from one by other code: `asyncio.Task` counts the cancel requests
(`cancelling`). If requests remain after those of these timers are subtracted, other code cancelled the task too, and
the CancelledError is passed on, no matter which request came first. asyncio.timeout of Python 3.12 has the same rule
(it compares with the count at entry). In a chain of scopes the innermost one turns the cancellation into the error,
so that a circuit breaker between two scopes sees a call that timed out, and not a cancelled one.
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
            f"The call did not finish within its time limit of {seconds:g} s.",
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
    """A point in time, `at`, in seconds of the monotonic `clock`."""

    __slots__ = ("at", "clock")

    def __init__(self, at: float, clock: Clock = time.monotonic) -> None:
        self.at = at
        self.clock = clock

    def left(self) -> float:
        """Seconds until the deadline; 0.0 when it has passed, infinite for a scope without one."""
        return max(0.0, self.at - self.clock())

    @property
    def expired(self) -> bool:
        return self.at <= self.clock()


class DeadlineScope(Deadline):
    """A block of code with a deadline, made by `deadline_after` and `attempt_timeout`. Enter it once, with `with` or
    `async with`."""

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
        # The enclosing scope, if its deadline is earlier.
        self._owner: DeadlineScope | None = None
        self._timeout: TaskTimeout | None = None
        self._own_timeout: TaskTimeout | None = None
        self._token: Token[DeadlineScope | None]

    def error(self) -> Exception:
        """The exception to raise when the deadline has passed. It names the scope that set the limit."""
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
        self._timeout = self._own_timeout = None  # they refer to this scope: break the cycle
        if timeout_error is not None:
            raise timeout_error from error

    def _leave(self) -> None:
        try:
            _current.reset(self._token)
        except ValueError:
            return  # an abandoned generator is closed in another context, where nothing is set

    def _begin(self) -> float:
        """Determine the deadline that applies and return the time left. Raises NoTimeLeftError if none is left."""
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


_current: ContextVar[DeadlineScope | None] = ContextVar("current_deadline", default=None)


def deadline_after(
    seconds: float, *, system: str = "", clock: Clock = time.monotonic
) -> DeadlineScope:
    """A scope that ends after `seconds`, or earlier with its outer scope.

    `with deadline_after(2.0):` or `async with deadline_after(2.0) as deadline:`. `system` goes into the error.
    A task started inside inherits the deadline. To let it outlive the deadline, give it its own
    `contextvars.Context()`.

    Raises:
        NoTimeLeftError: on entry, if no time is left.
        DeadlineExceededError: from the async form, when the deadline has passed.
        AttemptTimeoutError: from the async form, when an outer `attempt_timeout` ends first.
    """
    return DeadlineScope(seconds, DeadlineExceededError, system, clock)


def attempt_timeout(
    seconds: float | None, *, system: str = "", clock: Clock = time.monotonic
) -> DeadlineScope:
    """The same for one attempt of several: it raises AttemptTimeoutError when its own time has passed.

    With None the attempt has no timeout; the async form is still cancelled at the outer deadline.
    """
    return DeadlineScope(
        math.inf if seconds is None else seconds, AttemptTimeoutError, system, clock
    )


def current_deadline() -> Deadline | None:
    """The deadline that applies here: that of the whole call or of the attempt, whichever is earlier."""
    scope = _current.get()
    return scope if scope is not None and scope.at < math.inf else None


def time_left(default: float) -> float:
    """Seconds that a driver's call may take: `default`, or less if the current deadline is nearer.

    Never zero, which many drivers take for "no limit".

    Raises:
        DeadlineExceededError, AttemptTimeoutError: no time is left, so the call must not be made.
    """
    scope = _current.get()
    if scope is None:
        return default
    left = scope.left()
    if left <= 0:
        raise scope.error()
    return min(default, left)
