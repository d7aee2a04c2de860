"""Which failures are transient: the test that retry and breaker share."""

from proto_ddf.errors import classify

_NEVER_RETRIED = frozenset({"circuit_open", "authentication_failed"})


def is_transient(error: BaseException) -> bool:
    """True for ConnectionError, TimeoutError and what `classify` calls retryable: it asks for more than a text.

    That is never CircuitOpenError (the breaker knows better when to try again), nor a BaseException
    that is no Exception, such as a cancellation.
    """
    if not isinstance(error, Exception):
        return False
    return isinstance(error, ConnectionError | TimeoutError) or classify(error).retryable


def is_never_retried(error: BaseException) -> bool:
    """No setting makes these worth another attempt: an open circuit, bad input, a refused sign-in, and a
    BaseException that is no Exception, such as a cancellation."""
    if not isinstance(error, Exception):
        return True
    found = classify(error)
    return found.code in _NEVER_RETRIED or found.family == "validation"
