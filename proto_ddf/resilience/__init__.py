"""Resilience of calls to external systems: retries, circuit breakers, deadlines and limits, in one policy per target.

Other packages import the names below; most need only `policy`. Import a sub-package where you need a single part of
it.
"""

from proto_ddf.resilience import injection
from proto_ddf.resilience.breaker import (
    BreakerState,
    CircuitBreaker,
    CircuitOpenError,
    SlidingWindow,
)
from proto_ddf.resilience.deadline import (
    AttemptTimeoutError,
    Deadline,
    DeadlineExceededError,
    current_deadline,
    deadline_after,
    time_left,
)
from proto_ddf.resilience.limits import Bulkhead, BulkheadFullError, RateLimit, RateLimitedError
from proto_ddf.resilience.policy import (
    SYSTEM_DEFAULTS,
    Policy,
    PolicyConfig,
    PolicySnapshot,
    add_attempt_listener,
    policies,
    policy,
    policy_config,
)
from proto_ddf.resilience.retry import RetryBudget, RetryConfig, retry_with_backoff

__all__ = [
    "SYSTEM_DEFAULTS",
    "AttemptTimeoutError",
    "BreakerState",
    "Bulkhead",
    "BulkheadFullError",
    "CircuitBreaker",
    "CircuitOpenError",
    "Deadline",
    "DeadlineExceededError",
    "Policy",
    "PolicyConfig",
    "PolicySnapshot",
    "RateLimit",
    "RateLimitedError",
    "RetryBudget",
    "RetryConfig",
    "SlidingWindow",
    "add_attempt_listener",
    "current_deadline",
    "deadline_after",
    "injection",
    "policies",
    "policy",
    "policy_config",
    "retry_with_backoff",
    "time_left",
]
