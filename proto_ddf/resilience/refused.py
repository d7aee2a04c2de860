"""Calls that were not made because of our own limits."""

from proto_ddf.errors import IntegrationError


class CallRefusedError(IntegrationError):
    """A bulkhead or a rate limit refused the call, or its time was over before it began: nothing was learnt
    about the target.

    A breaker around it takes it for no call at all, a retry budget for no failure. `retry_after` is in
    seconds, None where nobody can tell.
    """

    retry_after: float | None = None
