"""Circuit breakers: calls to a target that fails too often are refused for a while.

Import the names below.
"""

from proto_ddf.resilience.breaker.breaker import CircuitBreaker
from proto_ddf.resilience.breaker.circuit_open import CircuitOpenError
from proto_ddf.resilience.breaker.snapshot import BreakerSnapshot, BreakerState, Transition
from proto_ddf.resilience.breaker.window import SlidingWindow, WindowSnapshot

__all__ = [
    "BreakerSnapshot",
    "BreakerState",
    "CircuitBreaker",
    "CircuitOpenError",
    "SlidingWindow",
    "Transition",
    "WindowSnapshot",
]
