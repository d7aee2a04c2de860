"""The error of a call that an open breaker refused."""

from datetime import UTC, datetime, timedelta
from math import ceil

from proto_ddf.resilience.call_refused import CallRefusedError


class CircuitOpenError(CallRefusedError):
    """The breaker is open: the target failed too often recently, or someone opened it by hand (`forced`).

    `retry_after` is in seconds; `reason` says in a few words what failed last. The error's context has the reason,
    the seconds rounded up, and `retry_at`, the resulting time (ISO 8601, UTC).
    """

    default_code = "circuit_open"

    def __init__(
        self, name: str, retry_after: float, reason: str = "", *, forced: bool = False
    ) -> None:
        seconds = max(1, ceil(retry_after))
        super().__init__(
            f"Calls to {name} are {'stopped by hand' if forced else 'paused after repeated failures'}.",
            system=name,
            operation="call",
            retry_after=seconds,
            retry_at=(datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
            **({"stopped": "by hand"} if forced else {"reason": reason}),
        )
        self.retry_after = retry_after
