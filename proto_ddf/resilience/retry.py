"""Retry with exponential backoff and jitter.

The loop is tenacity's. The first attempt does not go through it: it is most calls' only one. What is added:
one call of many may not overload what is failing (`RetryBudget`, `Adaptive`), the other side is heard
(`retry_hint`), and no wait is begun that the deadline in force would cut short.
"""

import asyncio
import functools
import inspect
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast

from tenacity import AsyncRetrying, RetryCallState, Retrying

from proto_ddf.logs import get_logger
from proto_ddf.progress import current_progress
from proto_ddf.redaction import plain_text
from proto_ddf.resilience import jitter as jitters
from proto_ddf.resilience.adaptive import Adaptive
from proto_ddf.resilience.budget import RetryBudget
from proto_ddf.resilience.deadline import current_deadline
from proto_ddf.resilience.hints import NEVER, retry_hint
from proto_ddf.resilience.jitter import Backoff, Jitter
from proto_ddf.resilience.refused import CallRefusedError
from proto_ddf.resilience.transient import is_never_retried, is_transient

P = ParamSpec("P")
R = TypeVar("R")

_log = get_logger(__name__)

_SLICE = 0.1
"""Seconds between two looks at whether to stop."""


@dataclass(frozen=True)
class RetryConfig:
    """How often, and after which waits.

    The n-th backoff is `initial_delay * backoff_factor ** (n - 1)` seconds, at most `max_delay`, and
    `jitter` makes the wait of it. `retriable` says what may pass by itself; an open circuit, bad input, a
    refused sign-in and a cancellation are never tried again, whatever it says.

    Raises:
        ValueError: for fewer than one attempt, and for numbers that are negative or no numbers.
    """

    max_attempts: int = 5
    """With the first one."""
    initial_delay: float = 0.1
    max_delay: float = 30.0
    backoff_factor: float = 2.0
    jitter: Jitter = jitters.full
    retriable: Callable[[BaseException], bool] = is_transient

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError("max_attempts must be at least 1")
        for number in (self.initial_delay, self.max_delay, self.backoff_factor):
            if not 0 <= number < math.inf:
                raise ValueError("delays and factor must not be negative or infinite")


PROFILES: Mapping[str, RetryConfig] = MappingProxyType(
    {
        "development": RetryConfig(
            max_attempts=3, initial_delay=0.05, max_delay=5.0, backoff_factor=1.5
        ),
        "production": RetryConfig(
            max_attempts=5, initial_delay=0.1, max_delay=30.0, backoff_factor=2.0
        ),
    }
)


class Retry:
    """Tries again what passes by itself. Thread-safe; holds nothing of a call.

    A hint of the other side (Retry-After, gRPC's pushback, `retry_after` of a refusal of our own) takes the
    place of the computed wait. When the wait would not end before the deadline in force, or, without
    one, a hint asks for more than `max_delay`, the last error is raised at once: coming back earlier than
    asked helps nobody.

    Args:
        system: for the log.
        budget: shared by all callers of a system; no retry while it is used up.
        adaptive: shared likewise; changes waits and attempts within its bounds.
    """

    def __init__(
        self,
        config: RetryConfig,
        *,
        system: str = "",
        budget: RetryBudget | None = None,
        adaptive: Adaptive | None = None,
    ) -> None:
        self.config = config
        self.system = system
        self.budget = budget
        self.adaptive = adaptive

    def call_sync(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`fn(*args, **kwargs)`, as often as it takes. Raises its last error."""
        try:
            result = fn(*args, **kwargs)
        except Exception as error:
            first: Exception | None = error
        else:
            self._succeeded()
            return result

        def attempt() -> R:
            nonlocal first
            if first is not None:  # the failure that brought us here is the loop's first attempt
                error, first = first, None
                raise error
            result = fn(*args, **kwargs)
            self._succeeded()
            return result

        return Retrying(sleep=_wait, **self._options(fn))(attempt)

    async def call(self, fn: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """`await fn(*args, **kwargs)`, otherwise as `call_sync`."""
        try:
            result = await fn(*args, **kwargs)
        except Exception as error:
            first: Exception | None = error
        else:
            self._succeeded()
            return result

        async def attempt() -> R:
            nonlocal first
            if first is not None:
                error, first = first, None
                raise error
            result = await fn(*args, **kwargs)
            self._succeeded()
            return result

        retried: R = await AsyncRetrying(sleep=_wait_async, **self._options(fn))(attempt)
        return retried

    def attempts(self) -> int:
        """Attempts that a call would make now, with the first one."""
        configured = self.config.max_attempts
        return self.adaptive.snapshot().attempts(configured) if self.adaptive else configured

    def _options(self, fn: Callable[..., Any]) -> dict[str, Any]:
        failures = _Failures(self, _name(fn))
        return {
            "retry": failures.is_retriable,
            "wait": failures.wait,
            "stop": failures.stop,
            "before_sleep": failures.tell,
            "reraise": True,
        }

    def _succeeded(self) -> None:
        if self.budget is not None:
            self.budget.succeeded()
        if self.adaptive is not None:
            self.adaptive.succeeded()

    def _failed(self) -> None:
        if self.budget is not None:
            self.budget.failed()
        if self.adaptive is not None:
            self.adaptive.failed()


class _Failures:
    """The failed attempts of one call, as tenacity asks about them: retriable? how long? or stop?"""

    def __init__(self, retry: Retry, name: str) -> None:
        self._retry = retry
        self._config = retry.config
        self._name = name
        self._attempts = retry.config.max_attempts
        self._hint: float | None = None
        self._backoffs = 0
        """Since the last hint: after one, the backoff begins anew (gRPC A6, "Pushback")."""
        self._previous: float | None = None

    def is_retriable(self, state: RetryCallState) -> bool:
        error = _error(state)
        if error is None or is_never_retried(error):
            return False
        self._hint = retry_hint(error)
        retriable = self._config.retriable(error)
        if (retriable or self._hint == NEVER) and not isinstance(error, CallRefusedError):
            self._retry._failed()
        self._attempts = self._retry.attempts()
        return retriable

    def wait(self, state: RetryCallState) -> float:
        if self._hint is not None:
            self._backoffs, self._previous = 0, None
            return self._hint
        self._backoffs += 1
        self._previous = self._config.jitter(self._backoff())
        return self._previous

    def stop(self, state: RetryCallState) -> bool:
        reason = self._reason_to_stop(state.attempt_number, state.upcoming_sleep)
        if reason and (error := _error(state)):
            self._log("not tried again", error, attempt=state.attempt_number, reason=reason)
        return bool(reason)

    def tell(self, state: RetryCallState) -> None:
        if (error := _error(state)) is None:
            return
        attempt, wait = state.attempt_number, state.upcoming_sleep
        self._log("retrying", error, attempt=attempt, wait=round(wait, 3))
        current_progress.get().retrying(attempt, self._attempts, wait, error)

    def _backoff(self) -> Backoff:
        adaptive, longest = self._retry.adaptive, self._config.max_delay
        factor = adaptive.snapshot().wait_factor if adaptive else 1.0
        initial = min(longest, self._config.initial_delay * factor)
        try:
            delay = min(longest, initial * self._config.backoff_factor ** (self._backoffs - 1))
        except OverflowError:
            delay = longest
        return Backoff(
            delay, initial, initial if self._previous is None else self._previous, longest
        )

    def _reason_to_stop(self, attempt: int, wait: float) -> str:
        """Why there is no further attempt, in a few words; "" when there is one."""
        if attempt >= self._attempts:
            return "attempts used up"
        if wait == NEVER:
            return "asked not to"
        deadline = current_deadline()
        if deadline is not None and wait >= deadline.left():
            return "no time left"
        if deadline is None and self._hint is not None and wait > self._config.max_delay:
            return "asked to wait too long"
        budget = self._retry.budget
        return "" if budget is None or budget.allow() else "retry budget used up"

    def _log(self, event: str, error: BaseException, **about: Any) -> None:
        if self._retry.system:
            about["system"] = self._retry.system
        _log.warning(
            event,
            call=self._name,
            attempts=self._attempts,
            error_type=type(error).__name__,
            error=plain_text(error),
            **about,
        )


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
    if max_retries < 0:
        raise ValueError("max_retries must not be negative")
    retry = Retry(
        RetryConfig(
            max_attempts=max_retries + 1,
            initial_delay=base_delay,
            max_delay=max_delay,
            backoff_factor=exponential_base,
            jitter=jitters.full if jitter else jitters.none,
        )
    )

    def decorate(fn: Callable[P, R]) -> Callable[P, R]:
        if inspect.iscoroutinefunction(fn):

            @functools.wraps(fn)
            async def retried_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                return await retry.call(fn, *args, **kwargs)

            return cast(Callable[P, R], retried_async)

        @functools.wraps(fn)
        def retried(*args: P.args, **kwargs: P.kwargs) -> R:
            return retry.call_sync(fn, *args, **kwargs)

        return retried

    return decorate


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


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
