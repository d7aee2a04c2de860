"""How calls to something outside survive its failures."""

from proto_ddf.resilience.breaker import BreakerState, CircuitBreaker
from proto_ddf.resilience.circuit_open import CircuitOpenError
from proto_ddf.resilience.registry import breaker, breakers
from proto_ddf.resilience.retry import retry_with_backoff

__all__ = [
    "BreakerState",
    "CircuitBreaker",
    "CircuitOpenError",
    "breaker",
    "breakers",
    "retry_with_backoff",
]
