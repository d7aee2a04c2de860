"""The error of a call that was not made."""

from datetime import UTC, datetime, timedelta
from math import ceil

from proto_ddf.errors import IntegrationError


class CircuitOpenError(IntegrationError):
    """The breaker is open: the target failed too often of late.

    `retry_after` is in seconds; `reason` says in a few words what failed last. The context has both, the
    seconds rounded up, and `retry_at`, the time they lead to (ISO 8601, UTC).
    """

    default_code = "circuit_open"

    def __init__(self, name: str, retry_after: float, reason: str = "") -> None:
        seconds = max(1, ceil(retry_after))
        super().__init__(
            f"Calls to {name} are paused after repeated failures.",
            system=name,
            operation="call",
            retry_after=seconds,
            retry_at=(datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
            reason=reason,
        )
        self.retry_after = retry_after
