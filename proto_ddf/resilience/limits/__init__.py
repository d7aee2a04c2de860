"""Limits on calls: how many run at the same time (bulkhead), and how many start per time (rate limit).

Import the names below.
"""

from proto_ddf.resilience.limits.bulkhead import Bulkhead, BulkheadFullError, BulkheadSnapshot
from proto_ddf.resilience.limits.rate import RateLimit, RateLimitedError, RateSnapshot

__all__ = [
    "Bulkhead",
    "BulkheadFullError",
    "BulkheadSnapshot",
    "RateLimit",
    "RateLimitedError",
    "RateSnapshot",
]
