"""Which failures pass by themselves: the one test that retry and breaker share."""

from proto_ddf.errors import classify


def is_transient(error: BaseException) -> bool:
    """True for ConnectionError, TimeoutError and what `classify` calls retryable.

    That is never CircuitOpenError (the breaker knows better when to try again), nor a BaseException
    that is no Exception, such as a cancellation.
    """
    if not isinstance(error, Exception):
        return False
    return isinstance(error, ConnectionError | TimeoutError) or classify(error).retryable
