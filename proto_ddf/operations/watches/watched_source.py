"""One source under watch: its health, and what its circuit allows."""

import math
from dataclasses import dataclass, field

from proto_ddf import change_events
from proto_ddf.logs import get_logger
from proto_ddf.resilience import BreakerState, policy
from proto_ddf.resilience.breaker import BreakerSnapshot
from proto_ddf.sources.connected.health import Health, duration_text
from proto_ddf.sources.connected.store import Configured
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.resilient import SYSTEM
from proto_ddf.sources.servers import engines
from proto_ddf.sources.servers.engines import ConnectionStatistics

log = get_logger(__name__)


@dataclass(frozen=True)
class Report:
    """A source's health as pages show it."""

    name: str
    health: Health
    checking: bool
    """A check runs, or was requested."""
    pause: float
    """Seconds until its circuit lets a check through; 0.0 while it is not open."""
    opened_by_hand: bool
    """A person opened its circuit, which stays open until a person resets it."""
    connections: ConnectionStatistics | None
    """Connections to its target; None for files, which are opened for each call."""


@dataclass
class WatchedSource:
    """Changed by `SourceWatch` alone, under its lock."""

    source: Configured
    health: Health = field(default_factory=Health)
    target: str = ""
    """The target of its calls; empty before the first check."""
    checked_at: float = -math.inf
    """When the last check ended, in seconds of the watch's clock."""
    checking: bool = False
    overdue_at: float = math.inf
    """When the running check counts as failed; infinite while none runs."""
    requested: bool = False
    """A person wants a check now."""

    def breaker(self) -> BreakerSnapshot | None:
        """The circuit breaker of its target; None before the target is known, and where breakers are disabled."""
        breaker = policy(SYSTEM, self.target).breaker if self.target else None
        return breaker.snapshot() if breaker else None

    def report(self) -> Report:
        breaker = self.breaker()
        is_open = breaker is not None and breaker.state is BreakerState.OPEN
        return Report(
            name=self.source.name,
            health=self.health,
            checking=self.checking or self.requested,
            pause=breaker.retry_after if breaker and is_open else 0.0,
            opened_by_hand=breaker is not None and breaker.forced,
            connections=self._connections(),
        )

    def set_health(self, health: Health) -> None:
        """Set the health; a change of state is logged and published."""
        before, self.health = self.health, health
        if health.state is not before.state:
            self._log(before)
            self.publish()

    def publish(self) -> None:
        """Wake the pages that show it."""
        change_events.publish(topic(self.source.id))

    def _connections(self) -> ConnectionStatistics | None:
        kind = KINDS.get(self.source.kind)
        return None if kind is None or kind.dialect == "sqlite" else engines.statistics(self.target)

    def _log(self, before: Health) -> None:
        health = self.health
        about = {"source": self.source.name, "target": self.target, "state": health.state.value}
        if health.recovery is not None and health.recovery is not before.recovery:
            outage = duration_text(health.recovery.outage_seconds)
            log.info("source connected again", after=outage, **about)
        elif health.failure is not None:
            log.warning("source health changed", code=health.failure.code, **about)
        else:
            log.info("source health changed", before=before.state.value, **about)


def topic(source_id: str) -> str:
    """The topic of `change_events` under which changes of a source's health are published."""
    return f"health of source {source_id}"
