"""Plain counters and latency histograms of what is served. The routes of the metrics read them."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from starlette.types import Scope

LATENCY_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets in seconds; one more bucket has what took longer."""


@dataclass
class Histogram:
    """How often something took how long."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_BOUNDS) + 1))
    """One count per bucket, not added up."""
    total: float = 0.0
    """Seconds in all."""

    def add(self, seconds: float) -> None:
        self.buckets[bisect_left(LATENCY_BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass
class Counters:
    """Counts since the start of the process. Only the event loop's thread writes them."""

    started: Counter[str] = field(default_factory=Counter)
    """Requests and websockets that reached the app, by type ("http", "websocket")."""
    ended: Counter[str] = field(default_factory=Counter)
    """Those that have ended, by type."""
    disconnected: Counter[str] = field(default_factory=Counter)
    """Those whose client went away before the end, by type."""
    failed: Counter[str] = field(default_factory=Counter)
    """Those that ended with an error, by its class."""
    refused: Counter[str] = field(default_factory=Counter)
    """Those that were refused before they reached the app, by reason."""
    abandoned: int = 0
    """Requests that were stopped because their client went away."""
    statuses: Counter[int] = field(default_factory=Counter)
    """Responses by status."""
    request_seconds: dict[str, Histogram] = field(default_factory=lambda: defaultdict(Histogram))
    """From the start of a request to the end of its response, by route; without websockets."""

    event_seconds: Histogram = field(default_factory=Histogram)
    """Run time of the events of pages."""


def route_of(scope: Scope) -> str:
    """The route that has answered, as it stands in the code: there are few, whatever paths are asked for."""
    route = scope.get("route")
    return "refused" if route is None else getattr(route, "path", "") or "pages"


COUNTERS = Counters()
"""Those of this process."""
