"""Which failures are transient: the test that retry and breaker share."""

from proto_ddf.errors import classify

_NEVER_RETRIED = frozenset({"circuit_open", "authentication_failed"})


def is_transient(error: BaseException) -> bool:
    """True for ConnectionError, TimeoutError and errors that `classify` calls retryable.

    False for CircuitOpenError (the breaker decides when to try again) and for a BaseException that is not an
    Exception, such as a cancellation.
    """
    if not isinstance(error, Exception):
        return False
    return isinstance(error, ConnectionError | TimeoutError) or classify(error).retryable


def is_never_retried(error: BaseException) -> bool:
    """True for errors that are not retried whatever the settings say: an open circuit, invalid input, a refused
    sign-in, and a BaseException that is not an Exception, such as a cancellation."""
    if not isinstance(error, Exception):
        return True
    found = classify(error)
    return found.code in _NEVER_RETRIED or found.family == "validation"
