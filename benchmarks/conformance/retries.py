"""The retrying libraries, each as its manual combines retry, waits and one total time."""

from collections.abc import Callable
from typing import Any

import httpx
import hyx.retry
import hyx.timeout
import interlock
import redress
import stamina
import stamina.instrumentation
import tenacity

from benchmarks.conformance.contract import AsyncCall, RetryLibrary
from proto_ddf.resilience.deadline import deadline_after
from proto_ddf.resilience.policy import Policy, PolicyConfig
from proto_ddf.resilience.retry import Retry, RetryConfig
from proto_ddf.resilience.retry.jitter import additive

stamina.instrumentation.set_on_retry_hooks([])  # else it logs each of the retries asked for here


class RateLimited(httpx.HTTPStatusError):
    """HTTP 429 with `Retry-After`; redress reads the status from the error itself."""

    status = 429

    def __init__(self, seconds: int) -> None:
        response = httpx.Response(
            429,
            headers={"Retry-After": str(seconds)},
            request=httpx.Request("GET", "https://example.com"),
        )
        super().__init__("too many requests", request=response.request, response=response)


PASSES_BY_ITSELF = (ConnectionError, RateLimited)


def hinted(error: BaseException, wait: float) -> float:
    """Seconds that the error asks for, else `wait`: for libraries that leave the header to their user."""
    return float(error.response.headers["Retry-After"]) if isinstance(error, RateLimited) else wait


async def with_stamina(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    def backoff(error: Exception) -> float | bool:
        return hinted(error, wait) if isinstance(error, PASSES_BY_ITSELF) else False

    caller = stamina.AsyncRetryingCaller(attempts=attempts, timeout=total)
    return await caller(backoff, fn)


def tenacity_wait(wait: float) -> Callable[[tenacity.RetryCallState], float]:
    def seconds(state: tenacity.RetryCallState) -> float:
        assert state.outcome is not None
        error = state.outcome.exception()
        assert error is not None
        return hinted(error, wait)

    return seconds


async def with_tenacity(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    retrying = tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(attempts) | tenacity.stop_before_delay(total),
        wait=tenacity_wait(wait),
        retry=tenacity.retry_if_exception_type(PASSES_BY_ITSELF),
        reraise=True,
    )
    return await retrying(fn)


async def with_redress(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    def waits(context: redress.BackoffContext) -> float:
        return wait

    policy = redress.AsyncRetry(
        classifier=redress.http_retry_after_classifier,
        strategy=redress.retry_after_or(waits, jitter_s=0.0),
        deadline_s=total,
        attempt_timeout_s=total,
        max_attempts=attempts,
    )
    return await policy.call(fn)


async def with_hyx(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    @hyx.timeout.timeout(total)
    @hyx.retry.retry(on=PASSES_BY_ITSELF, attempts=attempts, backoff=wait)
    async def call() -> Any:
        return await fn()

    return await call()


async def with_interlock(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    pipeline = (
        interlock.Pipeline.builder()
        .timeout(total)
        .retry(
            attempts=attempts,
            retry=tenacity.retry_if_exception_type(PASSES_BY_ITSELF),
            wait=tenacity_wait(wait),  # type: ignore[arg-type]
        )
        .build()
    )
    return await pipeline.call(fn)


def own_config(wait: float, attempts: int) -> RetryConfig:
    return RetryConfig(
        max_attempts=attempts,
        initial_delay=wait,
        max_delay=wait,
        backoff_factor=1.0,
        jitter=additive(0.0),
    )


async def with_own(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    async with deadline_after(total):
        return await Retry(own_config(wait, attempts)).call(fn)


async def with_own_policy(fn: AsyncCall, *, total: float, wait: float, attempts: int) -> Any:
    config = PolicyConfig(
        retry=own_config(wait, attempts), deadline=total, attempt_timeout=30.0, max_concurrent=8
    )
    return await Policy("target", config=config).call(fn)


OWN_RETRY = RetryLibrary("Proto-DDF", "", with_own)
OWN_RETRY_POLICY = RetryLibrary("Proto-DDF's policy", "", with_own_policy)
RETRY_PEERS = (
    RetryLibrary("interlock-cb", "interlock-cb", with_interlock),
    RetryLibrary("hyx", "hyx", with_hyx, hints=False),
    RetryLibrary("stamina", "stamina", with_stamina),
    RetryLibrary("tenacity", "tenacity", with_tenacity),
    RetryLibrary("redress", "redress", with_redress),
)
