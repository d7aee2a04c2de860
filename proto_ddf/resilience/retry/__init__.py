"""What passes by itself is tried again: how often, after which waits, and how much of it all callers may do."""

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
