"""Calls with the retries and circuit breakers of error handling."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, TypeVar

from proto_ddf.resilience.policy import Policy, PolicyConfig
from proto_ddf.resilience.retry import RetryConfig
from proto_ddf.settings import get_settings

R = TypeVar("R")

DEFAULTS = PolicyConfig(
    retry=RetryConfig(max_attempts=4, initial_delay=1.0, max_delay=30.0, backoff_factor=2.0),
    failure_threshold=5,
    reset_timeout=60.0,
    budget=None,
)
"""3 retries after 1, 2 and 4 seconds at most (full jitter), none above 30; five failures in a row open the circuit for a
minute."""


class IntelligentRetrySystem:
    """A thin front of `Policy`: one for each operation that is named in a context, so that each has its own circuit.
    Retries only what `classify` calls retryable. Thread-safe.

    Args:
        config: by default DEFAULTS, without retries or circuit breaker where the settings ENABLE_RETRY or
            ENABLE_CIRCUIT_BREAKER switch them off.
    """

    def __init__(self, config: PolicyConfig | None = None) -> None:
        self._config = config or _from_settings()
        self._policies: dict[str, Policy] = {}
        self._lock = Lock()

    async def execute_with_retry(
        self, fn: Callable[[], Awaitable[R]], context: Mapping[str, Any] | None = None
    ) -> R:
        """`await fn()`, with retries; raises the error of the last attempt, or CircuitOpenError.

        `context` may have `operation`, the name of what is called.
        """
        return await self._policy(str((context or {}).get("operation") or "")).call(fn)

    def _policy(self, operation: str) -> Policy:
        with self._lock:
            known = self._policies.get(operation)
            if known is None:
                known = self._policies[operation] = Policy("operation", operation, self._config)
            return known


def _from_settings() -> PolicyConfig:
    settings = get_settings()
    retry = DEFAULTS.retry if settings.enable_retry else replace(DEFAULTS.retry, max_attempts=1)
    return replace(DEFAULTS, retry=retry, breaker=settings.network_circuit_breaker_enabled)
