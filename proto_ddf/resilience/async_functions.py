"""Decorators for sync and async functions."""

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def decorate(
    fn: Callable[P, R],
    call: Callable[..., Awaitable[Any]],
    call_sync: Callable[..., Any],
) -> Callable[P, R]:
    """`fn` as a function that calls it by `call(fn, ...)` if it is async, else by `call_sync(fn, ...)`.

    Raises:
        TypeError: for a generator function.
    """
    if is_async_callable(fn):

        @wraps(fn)
        async def wrapper_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            return await call(fn, *args, **kwargs)

        return cast(Callable[P, R], wrapper_async)

    @wraps(fn)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        result: R = call_sync(fn, *args, **kwargs)
        return result

    return wrapper


def is_async_callable(fn: Callable[..., Any]) -> bool:
    """Whether calls of `fn` return a coroutine: `fn` is a coroutine function, or an object whose `__call__` is one.

    Raises:
        TypeError: for a generator function: it returns before any of its code has run.
    """
    if inspect.isgeneratorfunction(fn) or inspect.isasyncgenfunction(fn):
        raise TypeError(
            "A generator function cannot be decorated: it returns before any of its code has run."
        )
    return inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(
        getattr(type(fn), "__call__", None)  # noqa: B004
    )
