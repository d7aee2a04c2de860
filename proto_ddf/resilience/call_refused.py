"""Errors of calls that were refused before they reached the target."""

from proto_ddf.errors import IntegrationError


class CallRefusedError(IntegrationError):
    """An open circuit, a bulkhead or a rate limit refused the call, or its deadline passed before it began. The error
    says nothing about the state of the target.

    An enclosing breaker does not count the call, and a retry budget does not count a failure. `retry_after` is in
    seconds, None if unknown.
    """

    retry_after: float | None = None


def is_refusal(error: BaseException) -> bool:
    """True for a CallRefusedError, and for an exception group that has only such errors."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_refusal(member) for member in error.exceptions)
    return isinstance(error, CallRefusedError)
