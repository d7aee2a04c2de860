"""How many calls at once, and how many in a time."""

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
