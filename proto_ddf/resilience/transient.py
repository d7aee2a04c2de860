"""Which failures pass by themselves: the one test that retry and breaker share."""

from proto_ddf.errors import classify
from proto_ddf.resilience.circuit_open import CircuitOpenError


def is_transient(error: BaseException) -> bool:
    """True for ConnectionError, TimeoutError and what `classify` calls retryable.

    Never for CircuitOpenError (the breaker knows better when to try again), nor for a BaseException
    that is no Exception, such as a cancellation.
    """
    if not isinstance(error, Exception) or isinstance(error, CircuitOpenError):
        return False
    return isinstance(error, ConnectionError | TimeoutError) or classify(error).retryable
