"""The state of a breaker at one moment."""

from dataclasses import dataclass
from enum import StrEnum

from proto_ddf.resilience.breaker.window import WindowSnapshot


class BreakerState(StrEnum):
    CLOSED = "closed"
    """All calls are admitted."""
    OPEN = "open"
    """All calls are refused."""
    HALF_OPEN = "half_open"
    """A few calls, the probes, are admitted to test the target."""


@dataclass(frozen=True)
class Transition:
    """One change of the state."""

    at: float
    """Unix time in seconds."""
    before: BreakerState
    after: BreakerState
    reason: str
    """In a few words: "5 consecutive failures (no connection)"."""


@dataclass(frozen=True)
class BreakerSnapshot:
    """A breaker at one moment. Totals count from its creation."""

    name: str
    state: BreakerState
    forced: bool
    """Opened by hand, until it is reset by hand."""
    failures: int
    """Consecutive failures."""
    successes: int
    """Consecutive successful probes while half-open."""
    calls: int
    """Admitted calls, in total."""
    failed: int
    """Admitted calls that failed, in total, with those whose result came late."""
    refused: int
    """Refused calls, in total."""
    last_failure: str
    """Title of the last failure; empty if there was none."""
    retry_after: float
    """Seconds until the next call can be admitted, 0.0 for now. While the maximum of probes is running: until the
    first lease ends."""
    window: WindowSnapshot | None
    transitions: tuple[Transition, ...]
    """The last ones, oldest first."""
