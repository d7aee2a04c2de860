"""One source under watch: how it is, and what its circuit allows."""

import math
from dataclasses import dataclass, field

from proto_ddf.logs import get_logger
from proto_ddf.operations import change_events
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
    looking: bool
    """A look is under way, or asked for."""
    pause: float
    """Seconds for which its circuit lets no look through; 0.0 while it is not open."""
    stopped: bool
    """It was opened by hand, until it is reset by hand."""
    connections: ConnectionStatistics | None
    """Of its place; None for files, which are opened anew each time."""


@dataclass
class WatchedSource:
    """`operations.source_watch` changes it, under its lock."""

    source: Configured
    health: Health = field(default_factory=Health)
    target: str = ""
    """Its place; empty before the first look."""
    looked_at: float = -math.inf
    """When the last look ended, in the watch's seconds."""
    looking: bool = False
    overdue_at: float = math.inf
    """When the look under way counts as not answered; infinite while there is none."""
    asked: bool = False
    """Somebody wants a look now."""

    def breaker(self) -> BreakerSnapshot | None:
        """That of its place; None before it is known, and where breakers are switched off."""
        breaker = policy(SYSTEM, self.target).breaker if self.target else None
        return breaker.snapshot() if breaker else None

    def report(self) -> Report:
        breaker = self.breaker()
        is_open = breaker is not None and breaker.state is BreakerState.OPEN
        return Report(
            name=self.source.name,
            health=self.health,
            looking=self.looking or self.asked,
            pause=breaker.retry_after if breaker and is_open else 0.0,
            stopped=breaker is not None and breaker.forced,
            connections=self._connections(),
        )

    def become(self, health: Health) -> None:
        """Take the health it has now; a change of state is logged, and wakes those who show it."""
        before, self.health = self.health, health
        if health.state is not before.state:
            self._log(before)
            self.tell()

    def tell(self) -> None:
        """Wake those who show it."""
        change_events.publish(topic(self.source.id))

    def _connections(self) -> ConnectionStatistics | None:
        kind = KINDS.get(self.source.kind)
        return None if kind is None or kind.dialect == "sqlite" else engines.statistics(self.target)

    def _log(self, before: Health) -> None:
        health = self.health
        about = {"source": self.source.name, "place": self.target, "state": health.state.value}
        if health.back is not None and health.back is not before.back:
            log.info("A source is connected again", after=duration_text(health.back.after), **about)
        elif health.failure is not None:
            log.warning("A source's health changed", code=health.failure.code, **about)
        else:
            log.info("A source's health changed", before=before.state.value, **about)


def topic(id: str) -> str:
    """What `hub` calls changes of a source's health."""
    return f"health of source {id}"
