"""Counts what each client does, and says when it has to wait."""

import ipaddress
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

MOST_KEYS = 20_000
"""Clients remembered at once for each rate; with more, those that came first are forgotten."""


@dataclass(frozen=True)
class Exceeded:
    """A client has done something as often as it may."""

    rate: str
    """For people: "600 per 1 minute"."""
    amount: int
    seconds: float
    """Until it may do it again."""


class RateLimiter:
    """Moving windows: nobody does more than a rate's amount within any window of its length.

    `rates` are in the notation of `limits`, such as "600/minute", by name; an empty one limits nothing. `clock` gives
    seconds. One event loop uses it.
    """

    def __init__(
        self, rates: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._limits: dict[str, _Limit | None] = {
            # Each remembers its own clients: whoever invents sessions does not make an address be forgotten.
            name: _Limit(parse(rate), MovingWindowRateLimiter(MovingWindows(clock)))
            if rate
            else None
            for name, rate in rates.items()
        }

    async def hit(self, name: str, key: str) -> Exceeded | None:
        """Count one more of what the rate `name` limits for a client; None if it may do it."""
        limit = self._limits[name]
        if limit is None or await limit.windows.hit(limit.rate, key):
            return None
        reset, _ = await limit.windows.get_window_stats(limit.rate, key)
        return Exceeded(str(limit.rate), limit.rate.amount, max(0.0, reset - self._clock()))


class _Limit(NamedTuple):
    rate: RateLimitItem
    windows: MovingWindowRateLimiter


class MovingWindows(MemoryStorage):
    """The times of what was counted, per key.

    The library's own memory storage looks through all keys at every hit: with 10,000 clients a hit takes a millisecond.
    """

    def __init__(self, clock: Callable[[], float], most_keys: int = MOST_KEYS) -> None:
        super().__init__()
        self._clock = clock
        self._most_keys = most_keys
        self._hits: dict[str, deque[float]] = {}
        self._longest = 0.0
        self._swept_at = clock()

    def __len__(self) -> int:
        return len(self._hits)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock()
        self._longest = max(self._longest, expiry)
        if now - self._swept_at >= self._longest:
            self._sweep(now)
        hits = self._hits.get(key)
        if hits is None:
            while len(self._hits) >= self._most_keys:
                del self._hits[next(iter(self._hits))]
            hits = self._hits[key] = deque()
        _drop_old(hits, now - expiry)
        if len(hits) + amount > limit:
            return False
        hits.extend([now] * amount)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = self._clock()
        hits = self._hits.get(key, deque())
        _drop_old(hits, now - expiry)
        return (hits[0] if hits else now), len(hits)

    def _sweep(self, now: float) -> None:
        """Forget clients that did nothing for the longest window."""
        self._swept_at = now
        oldest = now - self._longest
        for key in [key for key, hits in self._hits.items() if not hits or hits[-1] <= oldest]:
            del self._hits[key]


def _drop_old(hits: deque[float], until: float) -> None:
    while hits and hits[0] <= until:
        hits.popleft()


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 address, which one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))
