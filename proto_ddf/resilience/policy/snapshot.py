"""The state of a policy at one moment."""

from dataclasses import dataclass

from proto_ddf.resilience.breaker import BreakerSnapshot
from proto_ddf.resilience.limits import BulkheadSnapshot, RateSnapshot
from proto_ddf.resilience.retry import AdaptiveSnapshot, BudgetSnapshot


@dataclass(frozen=True)
class PolicySnapshot:
    """A policy at one moment. Totals count from its creation."""

    system: str
    target: str
    config: tuple[tuple[str, str], ...]
    """Names and values to show to people."""
    breaker: BreakerSnapshot | None
    """None if it is switched off."""
    budget: BudgetSnapshot | None
    """Shared by all targets of a system, like `adaptive` and `rate`."""
    adaptive: AdaptiveSnapshot | None
    bulkhead: BulkheadSnapshot | None
    rate: RateSnapshot | None
    calls: int
    failed: int
    """Calls whose last attempt failed."""
    attempts: int
    """All attempts, with the refused ones."""
    retries: int
