"""Watches the sources: whether each answers is looked at again and again, in the background.

What a look finds goes through the policy of the source's place like any call, so that its circuit opens and
closes by looks too: a server that is back is seen without anybody's doing. Everything here is in memory.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from proto_ddf.logs import get_logger
from proto_ddf.operations.watches.watched_source import Report, WatchedSource
from proto_ddf.resilience import BreakerState, DeadlineExceededError, deadline_after
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.health import Health, HealthState, Look, failure_of
from proto_ddf.sources.connected.store import Configured

UNSEEN_FACTOR = 10.0
"""While no page shows sources the waits are so many times as long."""
SEEN_SECONDS = 15.0
"""For so long a page counts as showing them after it said so."""
CONFIRM_SECONDS = 3.0
"""After a single failure it is looked again this soon."""
LOOK_SECONDS = 10.0
"""What answers later does not answer."""
OVERDUE_SECONDS = 20.0
"""A look that ran so long did not end at its deadline, as what reads from a disk may not."""
TICK_SECONDS = 1.0
"""Between two ticks while a page shows sources."""
UNSEEN_TICK_SECONDS = 5.0
"""Between two ticks while none does."""
THREADS = 16

log = get_logger(__name__)


class SourceWatch:
    """Looks at each source when its time has come, never at two of one place at once.

    Args:
        clock: seconds, monotonic.
        wall: Unix time in seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._lock = Lock()
        self._watched: dict[str, WatchedSource] = {}
        self._seen_at = -math.inf
        self._pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="look")
        self.wake: Callable[[], None] = lambda: None
        """Called when the next tick should not be waited for."""

    def tick(self) -> None:
        """Begin the looks that are due; waits for none of them."""
        sources = store.configured_sources()
        with self._lock:
            self._follow(sources)
        for each in self._watched.values():
            self._notice_pause(each)
            self._notice_silence(each)
        with self._lock:
            longest_ago = sorted(self._watched.values(), key=lambda each: each.looked_at)
            due = [each for each in longest_ago if self._begin(each)]
        for each in due:
            self._pool.submit(self._look, each)

    def tick_seconds(self) -> float:
        """How long to wait for the next tick."""
        return TICK_SECONDS if self._is_seen() else UNSEEN_TICK_SECONDS

    def seen(self) -> None:
        """A page shows sources now."""
        shown_before = self._is_seen()
        self._seen_at = self._clock()
        if not shown_before:
            self.wake()

    def look_soon(self, id: str) -> None:
        """Look at a source at once, or as soon as its circuit lets a call through."""
        with self._lock:
            watched = self._watched.get(id)
            if watched is not None:
                watched.asked = True
        self.wake()

    def report(self, id: str) -> Report | None:
        """How a source is; None before it is known."""
        with self._lock:
            watched = self._watched.get(id)
        return watched.report() if watched else None

    def states(self) -> dict[str, HealthState]:
        """The state of each source by its id."""
        with self._lock:
            return {id: watched.health.state for id, watched in self._watched.items()}

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _follow(self, sources: Iterable[Configured]) -> None:
        """Take up new sources, drop those that are gone; one that was changed is another one."""
        before, self._watched = self._watched, {}
        for source in sources:
            known = before.get(source.id)
            if known is None or _what(known.source) != _what(source):
                known = WatchedSource(source)
            known.source = source
            self._watched[source.id] = known

    def _begin(self, watched: WatchedSource) -> bool:
        """Whether its time has come; it counts as looked at from here on."""
        if not self._is_due(watched):
            return False
        watched.looking = True
        return True

    def _is_due(self, watched: WatchedSource) -> bool:
        if watched.looking or self._is_looked_at(watched.target):
            return False
        breaker = watched.breaker()
        if breaker is not None and breaker.retry_after > 0:
            return False  # it is left alone, or a probe of somebody else is under way
        if watched.asked:
            return True
        probing = breaker is not None and breaker.state is BreakerState.HALF_OPEN
        return self._clock() - watched.looked_at >= self._wait(watched.health, probing=probing)

    def _is_seen(self) -> bool:
        return self._clock() - self._seen_at <= SEEN_SECONDS

    def _is_looked_at(self, target: str) -> bool:
        return bool(target) and any(
            each.looking and each.target == target for each in self._watched.values()
        )

    def _wait(self, health: Health, *, probing: bool) -> float:
        """Seconds between two looks."""
        usual = get_settings().source_check_seconds
        seen = self._is_seen()
        if probing and (seen or health.failing_since is None):
            return 0.0  # its pause was the wait; and once it answers, its circuit is to close soon
        if health.uncertain:
            return min(usual, CONFIRM_SECONDS)
        return usual if seen else usual * UNSEEN_FACTOR

    def _notice_pause(self, watched: WatchedSource) -> None:
        breaker = watched.breaker()
        if breaker is not None and breaker.state is BreakerState.OPEN and not watched.looking:
            watched.become(watched.health.paused(self._wall()))

    def _notice_silence(self, watched: WatchedSource) -> None:
        """Nothing ends what waits for a disk that is gone: it goes on, and counts as one failure after another."""
        if self._clock() < watched.overdue_at:
            return
        watched.overdue_at += LOOK_SECONDS
        silence = failure_of(DeadlineExceededError(LOOK_SECONDS, watched.target))
        watched.become(watched.health.after(Look(self._wall(), LOOK_SECONDS, silence)))

    def _look(self, watched: WatchedSource) -> None:
        begun = self._clock()
        watched.overdue_at = begun + OVERDUE_SECONDS
        try:
            source = store.make_source(watched.source.kind, watched.source.config)
            if not self._claim(watched, source.target):
                return
            with deadline_after(LOOK_SECONDS, system=source.target):
                source.health_check()
            found = Look(self._wall(), self._clock() - begun)
        except CallRefusedError:
            found = None  # it was not asked
        except Exception as error:
            found = Look(self._wall(), self._clock() - begun, failure_of(error))
        self._end(watched, found)

    def _claim(self, watched: WatchedSource, target: str) -> bool:
        """Whether no other source of its place is looked at, now that the place is known."""
        with self._lock:
            taken = target != watched.target and self._is_looked_at(target)
            watched.target = target
            if taken:
                watched.looking, watched.overdue_at = False, math.inf
        return not taken

    def _end(self, watched: WatchedSource, found: Look | None) -> None:
        with self._lock:
            asked, watched.overdue_at = watched.asked, math.inf
            watched.looked_at, watched.looking, watched.asked = self._clock(), False, False
        if self._watched.get(watched.source.id) is not watched:
            return  # it was deleted or changed meanwhile
        if found:
            watched.become(watched.health.after(found))
        if asked:
            watched.tell()


def _what(source: Configured) -> tuple[str, dict[str, object]]:
    """What makes it another source when it is changed: all but its name."""
    return source.kind, source.config


_current = SourceWatch()


def watch() -> SourceWatch:
    """The one of this server."""
    return _current


async def watch_sources() -> None:
    """Look after the sources until cancelled. Run it once, for the server's life."""
    global _current
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(woken.set)

    _current = current = SourceWatch()
    current.wake = wake
    try:
        while True:
            woken.clear()
            try:
                await asyncio.to_thread(current.tick)
            except Exception:
                log.exception("The watch over the sources failed; it goes on")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), current.tick_seconds())
    finally:
        current.close()
