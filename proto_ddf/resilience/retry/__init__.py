"""Retries of transient failures: how often, after which waits, and how many for all callers together.

Import the names below; `jitter` and `retry_after` are modules of functions.
"""

from proto_ddf.resilience.retry.adaptive import AdaptiveRetry, AdaptiveSnapshot
from proto_ddf.resilience.retry.budget import BudgetSnapshot, RetryBudget
from proto_ddf.resilience.retry.config import PROFILES, RetryConfig
from proto_ddf.resilience.retry.retry import Retry, retry_with_backoff

__all__ = [
    "PROFILES",
    "AdaptiveRetry",
    "AdaptiveSnapshot",
    "BudgetSnapshot",
    "Retry",
    "RetryBudget",
    "RetryConfig",
    "retry_with_backoff",
]
