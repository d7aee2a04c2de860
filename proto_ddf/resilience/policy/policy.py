"""The policy of a target: every part of resilience, in a fixed order around the call.

    fallback > deadline > retry with budget > breaker > rate > bulkhead > attempt timeout > injections > call

The deadline applies to all attempts and waits together. At the deadline the attempt's timeout cancels the running
attempt, so that the breaker sees a timeout and one timer is enough for both. Nested calls inherit the deadline.
"""

import inspect
import time
from collections.abc import Awaitable, Callable
from copy import copy
from functools import partial
from typing import Any, ParamSpec, Self, TypeVar, cast

from proto_ddf.logs import get_logger
from proto_ddf.redaction import plain_text
from proto_ddf.resilience.async_functions import decorate
from proto_ddf.resilience.breaker import BreakerState, CircuitBreaker
from proto_ddf.resilience.counter import Counter
from proto_ddf.resilience.deadline import attempt_timeout, deadline_after
from proto_ddf.resilience.injection import registry
from proto_ddf.resilience.limits import Bulkhead, RateLimit
from proto_ddf.resilience.policy.config import PolicyConfig
from proto_ddf.resilience.policy.failed_attempts import attempt_failed
from proto_ddf.resilience.policy.snapshot import PolicySnapshot
from proto_ddf.resilience.retry import AdaptiveRetry, Retry, RetryBudget

P = ParamSpec("P")
R = TypeVar("R")

_NO_FALLBACK = object()

_log = get_logger(__name__)


class SharedLimits:
    """The limits that all policies of one system share: on retries and on the rate of calls."""

    def __init__(self, system: str, config: PolicyConfig) -> None:
        self.system = system
        self.config = config
        self.budget = RetryBudget(*config.budget) if config.budget else None
        self.adaptive = AdaptiveRetry() if config.adaptive else None
        self.rate = RateLimit(system, *config.rate) if config.rate else None


class Policy:
    """Makes the calls to one target. Thread-safe, and usable from any number of event loops.

    `await policy.call(fn, ...)`, `policy.call_sync(fn, ...)` and `@policy` raise the error of the last attempt. That
    may be CircuitOpenError, BulkheadFullError or RateLimitedError if the attempt was refused, and
    AttemptTimeoutError or DeadlineExceededError if it took too long. A sync attempt cannot be cancelled: its
    driver must ask `time_left` how long it may take.

    Args:
        system: a kind of target, such as "source". The settings are found by this name.
        target: one target of that kind, "" if there is only one.
        config: the values, by default those of `shared`.
        shared: the limits shared with the system's other policies.
    """

    def __init__(
        self,
        system: str,
        target: str = "",
        config: PolicyConfig | None = None,
        *,
        shared: SharedLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.shared = shared or SharedLimits(system, config or PolicyConfig())
        self.system = system
        self.target = target
        self.name = f"{system} {target}".rstrip()
        self.config = config = config or self.shared.config
        self.breaker = _breaker(self.name, config, clock) if config.breaker else None
        self.bulkhead = (
            Bulkhead(self.name, config.max_concurrent, config.max_queue, clock=clock)
            if config.max_concurrent
            else None
        )
        self.used_at = clock()
        """When the last attempt began, in the clock's seconds."""
        self._clock = clock
        self._rate = self.shared.rate
        self._fallback: Any = _NO_FALLBACK
        self._calls, self._failed, self._attempts = Counter(), Counter(), Counter()
        self._count_attempt = self._attempts.increment
        self._config_lines = config.describe()
        self._chain, self._chain_sync = self._build_chain()

    async def call(self, fn: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """`await fn(*args, **kwargs)`, with retries."""
        self._calls.increment()
        started = False
        try:
            if self.config.deadline is None:
                started = True
                return cast(R, await self._chain(fn, args, kwargs))
            with deadline_after(self.config.deadline, system=self.name):
                started = True
                return cast(R, await self._chain(fn, args, kwargs))
        except Exception as error:
            self._count_failure(started)
            if self._fallback is _NO_FALLBACK:
                raise
            result = self._fall_back(error)
            return cast(R, await result if inspect.isawaitable(result) else result)

    def call_sync(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """`fn(*args, **kwargs)`, with retries."""
        self._calls.increment()
        started = False
        try:
            if self.config.deadline is None:
                started = True
                return cast(R, self._chain_sync(fn, args, kwargs))
            with deadline_after(self.config.deadline, system=self.name):
                started = True
                return cast(R, self._chain_sync(fn, args, kwargs))
        except Exception as error:
            self._count_failure(started)
            if self._fallback is _NO_FALLBACK:
                raise
            return cast(R, self._fall_back(error))

    def __call__(self, fn: Callable[P, R], /) -> Callable[P, R]:
        """Decorator for functions and callable objects, sync and async.

        Raises:
            TypeError: for a generator function.
        """
        return decorate(fn, self.call, self.call_sync)

    def with_fallback(self, fallback: Any) -> Self:
        """The same policy with a result for calls that fail: `fallback`, or, if that is a function, what it returns
        for the error."""
        other = copy(self)
        other._fallback = fallback
        return other

    def without_retries(self) -> Self:
        """The same policy with one attempt per call, for calls that are repeated anyway, such as health checks of a
        source. They do not change the retry budget."""
        other = copy(self)
        other._chain, other._chain_sync = self._build_chain(retried=False)
        return other

    def idle(self, seconds: float) -> bool:
        """Whether the policy can be dropped: not used for `seconds`, the breaker not open, no call in the bulkhead."""
        return (
            self._clock() - self.used_at >= seconds
            and (self.breaker is None or self.breaker.state is not BreakerState.OPEN)
            and (self.bulkhead is None or self.bulkhead.snapshot().active == 0)
        )

    def reset(self) -> None:
        """Close the breaker by hand."""
        if self.breaker:
            self.breaker.reset()

    def force_open(self) -> None:
        """Refuse all calls until `reset()`. It has no effect if the breaker is switched off."""
        if self.breaker:
            self.breaker.force_open()

    def snapshot(self) -> PolicySnapshot:
        shared, calls = self.shared, self._calls.value()
        breaker = self.breaker.snapshot() if self.breaker else None
        attempts = self._attempts.value() + (breaker.refused if breaker else 0)
        return PolicySnapshot(
            system=self.system,
            target=self.target,
            config=self._config_lines,
            breaker=breaker,
            budget=shared.budget.snapshot() if shared.budget else None,
            adaptive=shared.adaptive.snapshot() if shared.adaptive else None,
            bulkhead=self.bulkhead.snapshot() if self.bulkhead else None,
            rate=shared.rate.snapshot() if shared.rate else None,
            calls=calls,
            failed=self._failed.value(),
            attempts=attempts,
            retries=max(0, attempts - calls),
        )

    def _build_chain(
        self, *, retried: bool = True
    ) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """Retry around breaker around attempt, async and sync. Parts that are switched off are left out."""
        chain: Callable[..., Any] = self._attempt
        chain_sync: Callable[..., Any] = self._attempt_sync
        if self.breaker:
            chain = partial(self.breaker.call, chain)
            chain_sync = partial(self.breaker.call_sync, chain_sync)
        if retried and self.config.retry.max_attempts > 1:
            retry = Retry(
                self.config.retry,
                name=self.name,
                budget=self.shared.budget,
                adaptive=self.shared.adaptive,
                breaker_wait=self._breaker_wait if self.breaker else None,
            )
            chain = partial(retry.call, chain)
            chain_sync = partial(retry.call_sync, chain_sync)
        return chain, chain_sync

    def _breaker_wait(self) -> float:
        """Seconds until the breaker admits a call."""
        return self.breaker.snapshot().retry_after if self.breaker else 0.0

    # jscpd:ignore-start The two differ in what is awaited alone, and a call between them would cost time.
    async def _attempt(
        self, fn: Callable[..., Awaitable[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        self.used_at = self._clock()
        self._count_attempt()
        entered = False
        try:
            if self._rate is not None:
                self._rate.take()
            if self.bulkhead is not None:
                if not self.bulkhead.try_enter():
                    await self.bulkhead.enter()
                entered = True
            async with attempt_timeout(self.config.attempt_timeout, system=self.name):
                if registry.any_active:
                    outcome = await registry.apply(self.system, self.target)
                    if outcome is not registry.NOT_INJECTED:
                        return outcome
                return await fn(*args, **kwargs)
        except Exception as error:
            attempt_failed(self.system, self.target, error)
            raise
        finally:
            if entered and self.bulkhead is not None:
                self.bulkhead.leave()

    def _attempt_sync(
        self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        self.used_at = self._clock()
        self._count_attempt()
        entered = False
        try:
            if self._rate is not None:
                self._rate.take()
            if self.bulkhead is not None:
                if not self.bulkhead.try_enter():
                    self.bulkhead.enter_sync()
                entered = True
            with attempt_timeout(self.config.attempt_timeout, system=self.name):
                if registry.any_active:
                    outcome = registry.apply_sync(self.system, self.target)
                    if outcome is not registry.NOT_INJECTED:
                        return outcome
                return fn(*args, **kwargs)
        except Exception as error:
            attempt_failed(self.system, self.target, error)
            raise
        finally:
            if entered and self.bulkhead is not None:
                self.bulkhead.leave()

    # jscpd:ignore-end

    def _count_failure(self, started: bool) -> None:
        self._failed.increment()
        if not started:  # an outer deadline had passed: count the refused attempt
            self._count_attempt()

    def _fall_back(self, error: Exception) -> Any:
        _log.warning("fallback used", call=self.name, error=plain_text(error))
        return self._fallback(error) if callable(self._fallback) else self._fallback


def _breaker(name: str, config: PolicyConfig, clock: Callable[[], float]) -> CircuitBreaker:
    return CircuitBreaker(
        name,
        failure_threshold=config.failure_threshold,
        success_threshold=config.success_threshold,
        reset_timeout=config.reset_timeout,
        probe_timeout=config.probe_timeout,
        window=config.window,
        clock=clock,
    )
