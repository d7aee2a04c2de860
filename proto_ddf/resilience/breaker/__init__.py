"""A target that fails too often is left alone for a while."""

from proto_ddf.resilience.breaker.breaker import CircuitBreaker
from proto_ddf.resilience.breaker.circuit_open import CircuitOpenError
from proto_ddf.resilience.breaker.snapshot import BreakerSnapshot, BreakerState, Transition
from proto_ddf.resilience.breaker.window import Window, WindowSnapshot

__all__ = [
    "BreakerSnapshot",
    "BreakerState",
    "CircuitBreaker",
    "CircuitOpenError",
    "Transition",
    "Window",
    "WindowSnapshot",
]
