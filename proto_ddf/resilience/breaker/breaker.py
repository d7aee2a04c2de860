"""Circuit breaker: it refuses calls to a target that fails too often, for a while.

This module has the ways to make a call through a breaker; `proto_ddf.resilience.breaker.circuit` has the states and
their transitions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any, ParamSpec, TypeVar, cast

from proto_ddf.resilience.async_functions import decorate
from proto_ddf.resilience.breaker.circuit import Circuit
from proto_ddf.resilience.breaker.permit import Permit

P = ParamSpec("P")
R = TypeVar("R")

_AWAITED: frozenset[Any] = frozenset({CoroutineType, asyncio.Future, asyncio.Task})
"""The types of result that still have to be awaited."""


class CircuitBreaker(Circuit):
    """The breaker of one target. Thread-safe, and usable from any number of event loops.

    `await breaker.call(fn, ...)`, `breaker.call_sync(fn, ...)` and `@breaker` raise CircuitOpenError if the breaker
    refuses the call, otherwise whatever the call raises.

    Args:
        name: the target, for messages.
        failure_threshold: consecutive failures that open the breaker; not used with a window.
        success_threshold: consecutive probes that must succeed before it closes.
        reset_timeout: seconds it stays open before it permits probes.
        half_open_max_calls: concurrent probes.
        probe_timeout: seconds a probe may take.
        window: opens the breaker by rates instead of by consecutive failures. A slow probe then counts as failed.
        is_failure: which exceptions count as failures, by default the transient ones (`is_transient`). Every other
            exception counts as a success, because the target answered. It is not called for exceptions that the
            breaker ignores: cancellations and other BaseExceptions, and calls that another breaker, a bulkhead
            or a rate limit refused.
        history_seconds: how long a snapshot shows a transition.
        clock: seconds, monotonic.

    Raises:
        BadArgumentError: a ValueError, for a threshold or a number of calls below 1, a negative reset_timeout, a
            probe_timeout that is not above 0, and arguments of a wrong type.
    """

    __slots__ = ()

    def call_sync(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """`fn(*args, **kwargs)`. If that returns a coroutine, a Future or a Task, the result is a coroutine, and the
        call ends when that has been awaited."""
        permit = self._fast_entry or self._admit()
        count_call = self._count_call
        count_call()
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:
            self._end(permit, error)
            raise
        if type(result) in _AWAITED:
            return cast(R, self._await(permit, cast(Awaitable[Any], result)))
        if permit is not self._fast_exit:
            self._end(permit, None)
        return result

    async def call(self, fn: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """`await fn(*args, **kwargs)`."""
        permit = self._fast_entry or self._admit()
        count_call = self._count_call
        count_call()
        try:
            result = await fn(*args, **kwargs)
        except BaseException as error:
            self._end(permit, error)
            raise
        if permit is not self._fast_exit:
            self._end(permit, None)
        return result

    def __call__(self, fn: Callable[P, R], /) -> Callable[P, R]:
        """Decorator for functions and callable objects, sync and async.

        Raises:
            TypeError: for a generator function: it returns before any of its code has run.
        """
        return decorate(fn, self.call, self.call_sync)

    async def _await(self, permit: Permit, result: Awaitable[Any]) -> Any:
        """Await the result of a call that returned an awaitable, then end the call."""
        try:
            value = await result
        except BaseException as error:
            self._end(permit, error)
            raise
        if permit is not self._fast_exit:
            self._end(permit, None)
        return value
