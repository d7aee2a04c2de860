"""How calls to something outside survive its failures."""

from proto_ddf.resilience import faults
from proto_ddf.resilience.breaker import BreakerState, CircuitBreaker
from proto_ddf.resilience.budget import RetryBudget
from proto_ddf.resilience.bulkhead import Bulkhead, BulkheadFullError
from proto_ddf.resilience.circuit_open import CircuitOpenError
from proto_ddf.resilience.config import SYSTEM_DEFAULTS, PolicyConfig, policy_config
from proto_ddf.resilience.deadline import (
    AttemptTimeoutError,
    Deadline,
    DeadlineExceededError,
    current_deadline,
    deadline_after,
    time_left,
)
from proto_ddf.resilience.policy import Policy, PolicySnapshot
from proto_ddf.resilience.rate import RateLimit, RateLimitedError
from proto_ddf.resilience.registry import policies, policy
from proto_ddf.resilience.retry import RetryConfig, retry_with_backoff
from proto_ddf.resilience.window import Window

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
    "Window",
    "current_deadline",
    "deadline_after",
    "faults",
    "policies",
    "policy",
    "policy_config",
    "retry_with_backoff",
    "time_left",
]
