"""The error of a call that was not made."""

from math import ceil

from proto_ddf.errors import IntegrationError


class CircuitOpenError(IntegrationError):
    """The breaker is open: the target failed too often of late.

    `retry_after` is in seconds; `reason` says in a few words what failed last.
    """

    default_code = "circuit_open"

    def __init__(self, name: str, retry_after: float, reason: str = "") -> None:
        super().__init__(
            f"Calls to {name} are paused after repeated failures.",
            system=name,
            operation="call",
            retry_after=max(1, ceil(retry_after)),
            reason=reason,
        )
        self.retry_after = retry_after
