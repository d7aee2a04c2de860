"""Inspection of functions for decorators."""

import inspect
from collections.abc import Callable
from typing import Any


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
