"""Policies, and calls to make through them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from proto_ddf.resilience import CircuitBreaker, Policy, PolicyConfig, RetryConfig

ONCE = RetryConfig(max_attempts=1)


THRICE = RetryConfig(max_attempts=3, initial_delay=0.0)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Flaky:
    """Raises the given errors, one per call, then answers."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, answer: str = "done") -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return answer

    async def later(self, answer: str = "done") -> str:
        return self(answer)


def make(**config: Any) -> Policy:
    return Policy("source", "a", PolicyConfig(**{"retry": ONCE, **config}))


def breaker_of(policy: Policy) -> CircuitBreaker:
    assert policy.breaker is not None
    return policy.breaker


def fail(policy: Policy, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ConnectionError):
            policy.call_sync(Flaky(ConnectionError("down")))


def run_sync(policy: Policy, flaky: Flaky, *args: str) -> str:
    return policy.call_sync(flaky, *args)


def run_async(policy: Policy, flaky: Flaky, *args: str) -> str:
    return asyncio.run(policy.call(flaky.later, *args))


Run = Callable[..., str]
