"""The error of a call that was not made."""

from proto_ddf.errors import IntegrationError


class CircuitOpenError(IntegrationError):
    """The breaker is open: the target failed too often of late. `retry_after` is in seconds."""

    default_code = "circuit_open"

    def __init__(self, name: str, retry_after: float) -> None:
        super().__init__(
            f"Calls to {name} are paused after repeated failures.",
            system=name,
            operation="call",
            retry_after=retry_after,
        )
        self.retry_after = retry_after
