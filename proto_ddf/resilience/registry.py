"""The breakers of this process, one per target."""

from threading import Lock

from proto_ddf.resilience.breaker import CircuitBreaker

_lock = Lock()
_breakers: dict[str, CircuitBreaker] = {}


def breaker(name: str) -> CircuitBreaker:
    """The breaker of that target; the same one every time."""
    with _lock:
        return _breakers.setdefault(name, CircuitBreaker(name))


def breakers() -> list[CircuitBreaker]:
    """All of them, by name."""
    with _lock:
        return sorted(_breakers.values(), key=lambda one: one.name)
