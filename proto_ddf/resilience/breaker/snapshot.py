"""The state of a breaker at one moment."""

from dataclasses import dataclass
from enum import StrEnum

from proto_ddf.resilience.breaker.window import WindowSnapshot


class BreakerState(StrEnum):
    CLOSED = "closed"
    """Calls are let through."""
    OPEN = "open"
    """No call is let through."""
    HALF_OPEN = "half_open"
    """A few calls (probes) are let through, to test the target."""


@dataclass(frozen=True)
class Transition:
    """One change of state."""

    at: float
    """Unix time in seconds."""
    before: BreakerState
    after: BreakerState
    reason: str
    """In a few words: "5 failures in a row (no connection)"."""


@dataclass(frozen=True)
class BreakerSnapshot:
    """A breaker at one moment; totals are since it was made."""

    name: str
    state: BreakerState
    forced: bool
    """Opened by hand, until it is reset by hand."""
    failures: int
    """In a row."""
    successes: int
    """In a row, of probes while half-open."""
    calls: int
    """Let through, in total."""
    failed: int
    """Of these, in total; late ones too."""
    refused: int
    """Not let through, in total."""
    last_failure: str
    """Its title; empty when nothing failed yet."""
    retry_after: float
    """Seconds until a call can be let through, 0.0 for now. While all probes are under way: until the lease
    of the first of them ends."""
    window: WindowSnapshot | None
    transitions: tuple[Transition, ...]
    """The last ones, oldest first."""
