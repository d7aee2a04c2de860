"""Circuit breaker: a target that fails too often is left alone for a while.

`proto_ddf.resilience.breaker.circuit` holds the states and what changes them; here are the ways to call through it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from types import CoroutineType
from typing import Any, ParamSpec, TypeVar, cast

from proto_ddf.resilience.async_functions import is_async_callable
from proto_ddf.resilience.breaker.circuit import Circuit
from proto_ddf.resilience.breaker.permit import Permit

P = ParamSpec("P")
R = TypeVar("R")

_AWAITED: frozenset[Any] = frozenset({CoroutineType, asyncio.Future, asyncio.Task})
"""What a sync function returns when its work is yet to be awaited."""


class CircuitBreaker(Circuit):
    """One per target. Thread-safe, and usable from any number of event loops.

    `await breaker.call(fn, ...)`, `breaker.call_sync(fn, ...)` and `@breaker` raise CircuitOpenError when the call
    is not let through, else whatever the call raises.

    Args:
        name: the target, for messages.
        failure_threshold: failures in a row that open it; not used with a window.
        success_threshold: probes in a row that have to succeed before it closes.
        reset_timeout: seconds it stays open before probes are let through.
        half_open_max_calls: probes at once.
        probe_timeout: seconds a probe may take.
        window: opens it by rates instead of by failures in a row. A probe that is slow has failed.
        is_failure: which exceptions count as failures, by default those that pass by themselves
            (`is_transient`); every other one is an answer. Not asked about those that count as nothing:
            cancellations and other BaseExceptions, calls that another breaker, a bulkhead or a rate limit
            refused.
        history_seconds: how long a snapshot shows a change of state.
        clock: seconds, monotonic.

    Raises:
        BadArgumentError: a ValueError, for a threshold or a number of calls below 1, a negative reset_timeout, no
            probe_timeout, and whatever is of another kind.
    """

    __slots__ = ()

    def call_sync(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """`fn(*args, **kwargs)`. If that returns a coroutine, a Future or a Task, the call lasts until what
        this returns then has been awaited."""
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
            TypeError: for a generator function, which has not done anything yet when it returns.
        """
        if is_async_callable(fn):
            call = cast(Callable[..., Awaitable[Any]], self.call)

            @wraps(fn)
            async def guarded_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                return await call(fn, *args, **kwargs)

            return cast(Callable[P, R], guarded_async)

        call_sync = self.call_sync

        @wraps(fn)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            return call_sync(fn, *args, **kwargs)

        return guarded

    async def _await(self, permit: Permit, result: Awaitable[Any]) -> Any:
        """The rest of a call that returned an awaitable."""
        try:
            value = await result
        except BaseException as error:
            self._end(permit, error)
            raise
        if permit is not self._fast_exit:
            self._end(permit, None)
        return value
