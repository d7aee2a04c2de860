"""The state of a policy at one moment."""

from dataclasses import dataclass

from proto_ddf.resilience.breaker import BreakerSnapshot
from proto_ddf.resilience.limits import BulkheadSnapshot, RateSnapshot
from proto_ddf.resilience.retry import AdaptiveSnapshot, BudgetSnapshot


@dataclass(frozen=True)
class PolicySnapshot:
    """A policy at one moment; totals are since it was made."""

    system: str
    target: str
    config: tuple[tuple[str, str], ...]
    """What it does, as names and values for people."""
    breaker: BreakerSnapshot | None
    """None: switched off."""
    budget: BudgetSnapshot | None
    """Shared by the targets of a system, as are `adaptive` and `rate`."""
    adaptive: AdaptiveSnapshot | None
    bulkhead: BulkheadSnapshot | None
    rate: RateSnapshot | None
    last_errors: tuple[tuple[float, str, str], ...]
    """Of attempts: Unix time in seconds, code and title, oldest first."""
    alerting: bool
    """As many network errors in the last minutes as NETWORK_ERROR_ALERT_THRESHOLD and _WINDOW_SECONDS say."""
    calls: int
    failed: int
    """Calls that raised an error in the end."""
    attempts: int
    """With those that were refused."""
    retries: int
