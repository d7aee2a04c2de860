"""Which failures pass by themselves: the one test that retry and breaker share."""

from proto_ddf.errors import ProtoDDFError, classify

_REFUSALS = frozenset({"circuit_open", "bulkhead_full", "rate_limited"})
"""Codes of calls that were not made, by a decision on this side."""
_NEVER_RETRIED = frozenset({"circuit_open", "authentication_failed"})


def is_transient(error: BaseException) -> bool:
    """True for ConnectionError, TimeoutError and what `classify` calls retryable.

    That is never CircuitOpenError (the breaker knows better when to try again), nor a BaseException
    that is no Exception, such as a cancellation.
    """
    if not isinstance(error, Exception):
        return False
    return isinstance(error, ConnectionError | TimeoutError) or classify(error).retryable


def is_refusal(error: BaseException) -> bool:
    """The call was not made: an open circuit, a full bulkhead or a rate limit on this side.
    It says nothing about the target."""
    return isinstance(error, ProtoDDFError) and error.code in _REFUSALS


def is_failure(error: BaseException) -> bool:
    """The target failed: what counts for its breaker and its retry budget."""
    return is_transient(error) and not is_refusal(error)


def is_never_retried(error: BaseException) -> bool:
    """No setting makes these worth another attempt: an open circuit, bad input, a refused sign-in, and a
    BaseException that is no Exception, such as a cancellation."""
    if not isinstance(error, Exception):
        return True
    found = classify(error)
    return found.code in _NEVER_RETRIED or found.family == "validation"
