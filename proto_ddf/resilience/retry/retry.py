"""Retry with exponential backoff and jitter.

The loop is tenacity's. The first attempt runs outside of it, because most calls need only one. Beyond tenacity: all
callers together do not overload a failing target (`RetryBudget`, `AdaptiveRetry`), the target can say when to retry
(`retry_after`), and no wait begins that would not end before the current deadline.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from tenacity import AsyncRetrying, Retrying

from proto_ddf.progress import current_progress
from proto_ddf.resilience.arguments import BadArgumentError, check_count, check_not_negative
from proto_ddf.resilience.async_functions import decorate
from proto_ddf.resilience.retry import jitter as jitters
from proto_ddf.resilience.retry.adaptive import AdaptiveRetry
from proto_ddf.resilience.retry.budget import RetryBudget
from proto_ddf.resilience.retry.config import RetryConfig, check_delays
from proto_ddf.resilience.retry.failures import FailedAttempts

P = ParamSpec("P")
R = TypeVar("R")

_POLL_SECONDS = 0.1
"""How often a sync wait checks whether to stop, in seconds."""


class Retry:
    """Retries transient failures. Thread-safe: it holds no state of a call.

    A hint in the error (Retry-After, gRPC's pushback, `retry_after` of a CallRefusedError) replaces the computed wait.
    The last error is raised at once if the wait would not end before the current deadline or, without a deadline, if
    a hint asks for more than `max_delay`: a retry before the requested time would fail.

    Args:
        name: the name in the log, by default that of the function.
        budget: shared by all callers of a system. There is no retry while it is used up.
        adaptive: shared by all callers of a system. It changes waits and attempts within its limits.
        breaker_wait: returns the seconds until the circuit breaker around the attempts admits a call. There is no
            retry whose wait ends before that.
    """

    def __init__(
        self,
        config: RetryConfig,
        *,
        name: str = "",
        budget: RetryBudget | None = None,
        adaptive: AdaptiveRetry | None = None,
        breaker_wait: Callable[[], float] | None = None,
    ) -> None:
        self.config = config
        self.name = name
        self.budget = budget
        self.adaptive = adaptive
        self.breaker_wait = breaker_wait

    def call_sync(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`fn(*args, **kwargs)`, with retries. Raises the last error."""
        try:
            result = fn(*args, **kwargs)
        except Exception as error:
            first: Exception | None = error
        else:
            self._record_success()
            return result

        def attempt() -> R:
            nonlocal first
            if first is not None:  # the failure above counts as the loop's first attempt
                error, first = first, None
                raise error
            result = fn(*args, **kwargs)
            self._record_success()
            return result

        return Retrying(sleep=_sleep, **self._options(fn))(attempt)

    async def call(self, fn: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """`await fn(*args, **kwargs)`, with retries. Raises the last error."""
        try:
            result = await fn(*args, **kwargs)
        except Exception as error:
            first: Exception | None = error
        else:
            self._record_success()
            return result

        async def attempt() -> R:
            nonlocal first
            if first is not None:
                error, first = first, None
                raise error
            result = await fn(*args, **kwargs)
            self._record_success()
            return result

        retried: R = await AsyncRetrying(sleep=_sleep_async, **self._options(fn))(attempt)
        return retried

    def _options(self, fn: Callable[..., Any]) -> dict[str, Any]:
        call = self.name or getattr(fn, "__qualname__", None) or type(fn).__name__
        failures = FailedAttempts(call, self.config, self.budget, self.adaptive, self.breaker_wait)
        return {
            "retry": failures.is_retriable,
            "wait": failures.wait,
            "stop": failures.stop,
            "before_sleep": failures.notify,
            "reraise": True,
        }

    def _record_success(self) -> None:
        if self.budget is not None:
            self.budget.succeeded()
        if self.adaptive is not None:
            self.adaptive.succeeded()


def retry_with_backoff(
    max_retries: int = 3,
    base_delay: float = 1.0,
    max_delay: float = 60.0,
    exponential_base: float = 2.0,
    jitter: bool = True,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator for functions and callable objects, sync and async: retries transient failures.

    These are ConnectionError, TimeoutError and errors that are classified as transient; every other error is raised
    at once. The n-th wait is `base_delay * exponential_base ** (n - 1)` seconds, at most `max_delay`; with
    `jitter` it is a random 50 to 100 % of that. A sync wait ends early if the current operation is to stop.

    Args:
        max_retries: attempts after the first; 3 means at most 4 calls.

    Raises:
        BadArgumentError: a ValueError, for a negative number, an argument of a wrong type, and a base_delay above
            max_delay.
        TypeError: for a generator function.
        Exception: the decorated function raises its last error.
    """
    check_count("max_retries", max_retries, 0)
    check_delays("base_delay", base_delay, max_delay)
    check_not_negative("exponential_base", exponential_base)
    if not isinstance(jitter, bool):
        raise BadArgumentError("jitter", "be True or False", jitter)
    retry = Retry(
        RetryConfig(
            max_attempts=max_retries + 1,
            initial_delay=base_delay,
            max_delay=max_delay,
            backoff_factor=exponential_base,
            jitter=jitters.equal if jitter else jitters.none,
        )
    )

    def decorator(fn: Callable[P, R]) -> Callable[P, R]:
        return decorate(fn, retry.call, retry.call_sync)

    return decorator


def _sleep(seconds: float) -> None:
    """Sleep in short intervals and call `check_stop`, which raises if the operation is to stop."""
    progress = current_progress.get()
    end = time.monotonic() + seconds
    progress.check_stop()
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(_POLL_SECONDS, left))
        progress.check_stop()


async def _sleep_async(seconds: float) -> None:
    await asyncio.sleep(seconds)
