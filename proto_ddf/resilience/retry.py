"""Retry with exponential backoff and full jitter.

The waits are those of "Exponential Backoff And Jitter"
(https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

import asyncio
import functools
import inspect
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random_exponential,
)

from proto_ddf.logs import get_logger
from proto_ddf.progress import current_progress
from proto_ddf.redaction import plain_text
from proto_ddf.resilience.transient import is_transient

P = ParamSpec("P")
R = TypeVar("R")

_log = get_logger(__name__)

_SLICE = 0.1
"""Seconds between two looks at whether to stop."""


def retry_with_backoff(
    max_retries: int = 3,
    base_delay: float = 1.0,
    max_delay: float = 60.0,
    exponential_base: float = 2.0,
    jitter: bool = True,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator for sync and async functions: try again what fails and passes by itself.

    That is ConnectionError, TimeoutError and what is classified as transient; everything else is raised
    at once. The n-th wait is `base_delay * exponential_base ** (n - 1)` seconds, at most `max_delay`; with
    `jitter` a random part of it. A sync wait ends early when the operation in progress is to stop.

    Args:
        max_retries: attempts after the first; 3 means at most 4 calls.

    Raises:
        ValueError: for negative numbers.
        Exception: the decorated function raises its last error.
    """
    if min(max_retries, base_delay, max_delay, exponential_base) < 0:
        raise ValueError("retries, delays and base must not be negative")
    waits = wait_random_exponential if jitter else wait_exponential

    def decorate(fn: Callable[P, R]) -> Callable[P, R]:
        options: dict[str, Any] = {
            "stop": stop_after_attempt(max_retries + 1),
            "wait": waits(multiplier=base_delay, max=max_delay, exp_base=exponential_base),
            "retry": retry_if_exception(is_transient),
            "before_sleep": functools.partial(_tell, _name(fn), max_retries + 1),
            "reraise": True,
        }
        if inspect.iscoroutinefunction(fn):

            @functools.wraps(fn)
            async def retried_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                return await AsyncRetrying(sleep=_wait_async, **options)(fn, *args, **kwargs)

            return cast(Callable[P, R], retried_async)

        @functools.wraps(fn)
        def retried(*args: P.args, **kwargs: P.kwargs) -> R:
            return Retrying(sleep=_wait, **options)(fn, *args, **kwargs)

        return retried

    return decorate


def _tell(name: str, attempts: int, state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    if error is None:
        return
    attempt, wait = state.attempt_number, state.upcoming_sleep
    _log.warning(
        "retrying",
        call=name,
        attempt=attempt,
        attempts=attempts,
        wait=round(wait, 3),
        error_type=type(error).__name__,
        error=plain_text(error),
    )
    current_progress.get().retrying(attempt, attempts, wait, error)


def _name(fn: Callable[..., Any]) -> str:
    return getattr(fn, "__qualname__", None) or type(fn).__name__


def _wait(seconds: float) -> None:
    """Sleeps in slices, so that a stop is noticed; `check_stop` raises then."""
    progress = current_progress.get()
    end = time.monotonic() + seconds
    progress.check_stop()
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(_SLICE, left))
        progress.check_stop()


async def _wait_async(seconds: float) -> None:
    await asyncio.sleep(seconds)
