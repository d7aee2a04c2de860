"""Calls that were not made."""

from proto_ddf.errors import IntegrationError


class CallRefusedError(IntegrationError):
    """An open circuit, a bulkhead or a rate limit refused the call, or its time was over before it began:
    nothing was learnt about the target.

    A breaker around it takes it for no call at all, a retry budget for no failure. `retry_after` is in
    seconds, None where nobody can tell.
    """

    retry_after: float | None = None


def is_refusal(error: BaseException) -> bool:
    """True for such an error, and for a group of nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_refusal(member) for member in error.exceptions)
    return isinstance(error, CallRefusedError)
