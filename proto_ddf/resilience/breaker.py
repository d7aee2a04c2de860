"""Circuit breaker: after repeated failures a target is left alone for a while.

    CLOSED --failure_threshold transient failures in a row--> OPEN
    OPEN --reset_timeout--> HALF_OPEN: one call, the probe, is let through
    HALF_OPEN --probe succeeds--> CLOSED;  --probe fails--> OPEN

Every change of state starts a new generation; a result that comes from a call of an older one is dropped. A
probe holds a lease: one that hangs longer makes room for the next.
The lock guards the bookkeeping only, never the call.
"""

import functools
import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar, cast

from proto_ddf.errors import classify
from proto_ddf.logs import get_logger
from proto_ddf.resilience.circuit_open import CircuitOpenError
from proto_ddf.resilience.transient import is_transient

__all__ = ["BreakerState", "CircuitBreaker", "CircuitOpenError"]

P = ParamSpec("P")
R = TypeVar("R")

_log = get_logger(__name__)

_SHORTEST_LEASE = 5.0
"""Seconds a probe may take however short `reset_timeout` is."""


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class _Outcome(StrEnum):
    ANSWERED = "answered"
    """A result, or an error that shows that the target is there."""
    FAILED = "failed"
    NOTHING = "nothing"
    """Cancelled, or stopped by another breaker: nothing was learnt."""


@dataclass(frozen=True)
class _Permit:
    generation: int


class CircuitBreaker:
    """One per target. Thread-safe, and usable from any number of event loops.

    Args:
        name: the target, for messages.
        failure_threshold: transient failures in a row that open it.
        reset_timeout: seconds it stays open. A probe that takes longer (and longer than 5 s) is given up.
        clock: seconds, monotonic.

    Raises:
        ValueError: for a threshold below 1 or a negative timeout.
    """

    def __init__(
        self,
        name: str,
        *,
        failure_threshold: int = 5,
        reset_timeout: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if failure_threshold < 1 or reset_timeout < 0:
            raise ValueError("failure_threshold must be at least 1, reset_timeout not negative")
        self.name = name
        self.failure_threshold = failure_threshold
        self.reset_timeout = reset_timeout
        self._clock = clock
        self._lock = threading.Lock()
        self._state = BreakerState.CLOSED
        self._generation = 0
        self._failures = 0
        self._reason = ""
        self._opened_at = 0.0
        self._probe_since: float | None = None

    @property
    def state(self) -> BreakerState:
        """The state in force: an open breaker whose time is up counts as half-open."""
        with self._lock:
            if self._state is BreakerState.OPEN and self._open_for() <= 0:
                return BreakerState.HALF_OPEN
            return self._state

    @property
    def failures(self) -> int:
        """Transient failures in a row so far."""
        with self._lock:
            return self._failures

    def call_sync(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`fn(*args, **kwargs)`. Raises CircuitOpenError when it is not let through, else what fn raises."""
        permit = self._enter()
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:
            self._leave(permit, error)
            raise
        self._leave(permit, None)
        return result

    async def call(self, fn: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """`await fn(*args, **kwargs)`, otherwise as `call_sync`."""
        permit = self._enter()
        try:
            result = await fn(*args, **kwargs)
        except BaseException as error:
            self._leave(permit, error)
            raise
        self._leave(permit, None)
        return result

    def __call__(self, fn: Callable[P, R]) -> Callable[P, R]:
        """Decorator for sync and async functions."""
        if inspect.iscoroutinefunction(fn):

            @functools.wraps(fn)
            async def guarded_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                return await self.call(fn, *args, **kwargs)

            return cast(Callable[P, R], guarded_async)

        @functools.wraps(fn)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            return self.call_sync(fn, *args, **kwargs)

        return guarded

    def reset(self) -> None:
        """Close it by hand. Calls under way no longer count."""
        with self._lock:
            before = self._state
            self._change(BreakerState.CLOSED)
        self._tell(before, BreakerState.CLOSED)

    def _enter(self) -> _Permit:
        with self._lock:
            before = self._state
            if self._state is BreakerState.OPEN:
                if (wait := self._open_for()) > 0:
                    raise CircuitOpenError(self.name, wait, self._reason)
                self._change(BreakerState.HALF_OPEN)
            if self._state is BreakerState.HALF_OPEN:
                self._start_probe()
            permit, after = _Permit(self._generation), self._state
        self._tell(before, after)
        return permit

    def _start_probe(self) -> None:
        now = self._clock()
        if self._probe_since is not None:
            wait = self._probe_since + max(self.reset_timeout, _SHORTEST_LEASE) - now
            if wait > 0:
                raise CircuitOpenError(self.name, wait, self._reason)
            self._generation += 1
        self._probe_since = now

    def _leave(self, permit: _Permit, error: BaseException | None) -> None:
        outcome, reason = _judge(error)
        with self._lock:
            if permit.generation != self._generation:
                return
            before = self._state
            if outcome is _Outcome.NOTHING:
                self._probe_since = None
            elif outcome is _Outcome.ANSWERED:
                self._failures = 0
                if self._state is BreakerState.HALF_OPEN:
                    self._change(BreakerState.CLOSED)
            else:
                self._failures += 1
                self._reason = reason
                if before is BreakerState.HALF_OPEN or self._failures >= self.failure_threshold:
                    self._change(BreakerState.OPEN)
            after = self._state
        self._tell(before, after)

    def _change(self, state: BreakerState) -> None:
        self._state = state
        self._generation += 1
        self._probe_since = None
        if state is BreakerState.OPEN:
            self._opened_at = self._clock()
        elif state is BreakerState.CLOSED:
            self._failures = 0

    def _open_for(self) -> float:
        return self._opened_at + self.reset_timeout - self._clock()

    def _tell(self, before: BreakerState, after: BreakerState) -> None:
        if before is not after:
            _log.warning("circuit changed", target=self.name, before=before, after=after)


def _judge(error: BaseException | None) -> tuple[_Outcome, str]:
    """What a call's end means for the breaker, and in a few words why it failed."""
    if error is None:
        return _Outcome.ANSWERED, ""
    if not isinstance(error, Exception) or isinstance(error, CircuitOpenError):
        return _Outcome.NOTHING, ""
    if is_transient(error):
        return _Outcome.FAILED, classify(error).title.lower()
    return _Outcome.ANSWERED, ""
