"""Checks again and again, in the background, whether the sources answer.

A check goes through the policy of the source's target like any call, so that checks open and close its circuit too:
when a server is back, nobody has to do anything. All state is in memory.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from proto_ddf.monitoring import own_errors
from proto_ddf.operations.watches.watched_source import Report, WatchedSource
from proto_ddf.resilience import BreakerState, DeadlineExceededError, deadline_after
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.health import CheckResult, Health, HealthState, failure_of
from proto_ddf.sources.connected.store import Configured

IDLE_FACTOR = 10.0
"""The intervals are this many times as long while no page shows sources."""
SHOWN_SECONDS = 15.0
"""A page counts as showing sources for this long after it said so."""
CONFIRM_SECONDS = 3.0
"""From a single failure to the next check."""
CHECK_TIMEOUT_SECONDS = 10.0
OVERDUE_SECONDS = 20.0
"""A check that runs for so long missed its deadline, as a read from a disk may."""
TICK_SECONDS = 1.0
"""Between two ticks while a page shows sources."""
IDLE_TICK_SECONDS = 5.0
"""Between two ticks while none does."""
THREADS = 16


class SourceWatch:
    """Checks each source at its interval, and never two of the same target at once.

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
        self._shown_at = -math.inf
        self._pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="source-check")
        self.wake: Callable[[], None] = lambda: None
        """Called when the next tick should come at once."""

    def tick(self) -> None:
        """Start the checks that are due, without waiting for them."""
        sources = store.configured_sources()
        with self._lock:
            self._update(sources)
        for each in self._watched.values():
            self._note_open_circuit(each)
            self._note_overdue_check(each)
        with self._lock:
            longest_ago = sorted(self._watched.values(), key=lambda each: each.checked_at)
            due = [each for each in longest_ago if self._start_if_due(each)]
        for each in due:
            self._pool.submit(self._check, each)

    def tick_seconds(self) -> float:
        """How long to wait for the next tick."""
        return TICK_SECONDS if self._is_shown() else IDLE_TICK_SECONDS

    def note_shown(self) -> None:
        """Note that a page shows sources now."""
        shown_before = self._is_shown()
        self._shown_at = self._clock()
        if not shown_before:
            self.wake()

    def check_soon(self, source_id: str) -> None:
        """Check a source at once, or as soon as its circuit lets a call through."""
        with self._lock:
            watched = self._watched.get(source_id)
            if watched is not None:
                watched.requested = True
        self.wake()

    def report(self, source_id: str) -> Report | None:
        """The health of a source; None before the source is known."""
        with self._lock:
            watched = self._watched.get(source_id)
        return watched.report() if watched else None

    def states(self) -> dict[str, HealthState]:
        """The state of each source by its id."""
        with self._lock:
            return {source_id: watched.health.state for source_id, watched in self._watched.items()}

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _update(self, sources: Iterable[Configured]) -> None:
        """Add new sources and drop deleted ones; a source with another config starts anew."""
        before, self._watched = self._watched, {}
        for source in sources:
            known = before.get(source.id)
            if known is None or _identity(known.source) != _identity(source):
                known = WatchedSource(source)
            known.source = source
            self._watched[source.id] = known

    def _start_if_due(self, watched: WatchedSource) -> bool:
        """Whether a check is due; it counts as running from here on."""
        if not self._is_due(watched):
            return False
        watched.checking = True
        return True

    def _is_due(self, watched: WatchedSource) -> bool:
        if watched.checking or self._is_being_checked(watched.target):
            return False
        breaker = watched.breaker()
        if breaker is not None and breaker.retry_after > 0:
            return False  # the circuit is open, or another caller's probe runs
        if watched.requested:
            return True
        probing = breaker is not None and breaker.state is BreakerState.HALF_OPEN
        return self._clock() - watched.checked_at >= self._interval(watched.health, probing=probing)

    def _is_shown(self) -> bool:
        return self._clock() - self._shown_at <= SHOWN_SECONDS

    def _is_being_checked(self, target: str) -> bool:
        return bool(target) and any(
            each.checking and each.target == target for each in self._watched.values()
        )

    def _interval(self, health: Health, *, probing: bool) -> float:
        """Seconds between two checks."""
        usual = get_settings().source_check_seconds
        shown = self._is_shown()
        if probing and (shown or health.failing_since is None):
            return 0.0  # the circuit's pause was the wait, and a circuit that answers should close soon
        if health.uncertain:
            return min(usual, CONFIRM_SECONDS)
        return usual if shown else usual * IDLE_FACTOR

    def _note_open_circuit(self, watched: WatchedSource) -> None:
        breaker = watched.breaker()
        if breaker is not None and breaker.state is BreakerState.OPEN and not watched.checking:
            watched.set_health(watched.health.with_open_circuit(self._wall()))

    def _note_overdue_check(self, watched: WatchedSource) -> None:
        """No deadline ends a read from a disk that is gone: while it goes on it counts as one failed check after another."""
        if self._clock() < watched.overdue_at:
            return
        watched.overdue_at += CHECK_TIMEOUT_SECONDS
        failure = failure_of(DeadlineExceededError(CHECK_TIMEOUT_SECONDS, watched.target))
        result = CheckResult(self._wall(), CHECK_TIMEOUT_SECONDS, failure)
        watched.set_health(watched.health.with_result(result))

    def _check(self, watched: WatchedSource) -> None:
        started = self._clock()
        watched.overdue_at = started + OVERDUE_SECONDS
        result = None
        try:
            source = store.make_source(watched.source.kind, watched.source.config)
            if not self._take_target(watched, source.target):
                return
            with deadline_after(CHECK_TIMEOUT_SECONDS, system=source.target):
                source.health_check()
            result = CheckResult(self._wall(), self._clock() - started)
        except CallRefusedError:
            pass  # the source was not called
        except Exception as error:
            result = CheckResult(self._wall(), self._clock() - started, failure_of(error))
        self._finish(watched, result)

    def _take_target(self, watched: WatchedSource, target: str) -> bool:
        """Whether no other source of the target is being checked, now that the target is known."""
        with self._lock:
            taken = target != watched.target and self._is_being_checked(target)
            watched.target = target
            if taken:
                watched.checking, watched.overdue_at = False, math.inf
        return not taken

    def _finish(self, watched: WatchedSource, result: CheckResult | None) -> None:
        with self._lock:
            requested, watched.overdue_at = watched.requested, math.inf
            watched.checked_at = self._clock()
            watched.checking, watched.requested = False, False
        if self._watched.get(watched.source.id) is not watched:
            return  # the source was deleted or changed meanwhile
        if result:
            watched.set_health(watched.health.with_result(result))
        if requested:
            watched.publish()


def _identity(source: Configured) -> tuple[str, dict[str, object]]:
    """All but the name: a source that is only renamed keeps its health."""
    return source.kind, source.config


_current = SourceWatch()


def watch() -> SourceWatch:
    """The watch of this server."""
    return _current


async def watch_sources() -> None:
    """Check the sources until cancelled. To be run once, for the server's life."""
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
            with own_errors.reported("source watch", "Check the sources"):
                await asyncio.to_thread(current.tick)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), current.tick_seconds())
    finally:
        current.close()
