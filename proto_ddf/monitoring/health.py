"""The health of the server: the one place that answers whether it can do its work.

The layers above register checks, each a plain function that looks at one thing. A report runs all of them at once, in threads
of their own, because those of the shared pool may all wait for the database that is being checked. A check that takes
longer than its limit has failed; it is not started again before it has ended, so that asking often costs nothing more.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from proto_ddf.logs import get_logger
from proto_ddf.redaction import scrub_text

TIMEOUT_SECONDS = 2.0
LONGEST_MESSAGE = 300

log = get_logger(__name__)


class Status(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    """It works, but not all of it, or not for long."""
    FAILED = "failed"


class Phase(StrEnum):
    """Of the server's life."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"
    """It ends: what runs is finished, nothing new is accepted."""


@dataclass(frozen=True)
class Health:
    """What a check found; the message, in words for people, is empty if all is well."""

    status: Status = Status.OK
    message: str = ""


@dataclass(frozen=True)
class Report:
    phase: Phase
    checks: Mapping[str, Health]
    is_ready: bool
    """The server is past its start, not about to end, and no check that it needs has failed."""

    @property
    def status(self) -> Status:
        """Of the whole."""
        found = {health.status for health in self.checks.values()}
        if not self.is_ready:
            return Status.FAILED
        return Status.OK if found <= {Status.OK} else Status.DEGRADED


@dataclass(frozen=True)
class _Check:
    examine: Callable[[], Health]
    timeout_seconds: float
    is_needed: bool


class HealthChecks:
    """The registered checks. They are registered before the server serves, and reported from its event loop."""

    def __init__(self) -> None:
        self.phase = Phase.STARTING
        self._checks: dict[str, _Check] = {}
        self._running: dict[str, Future[Health]] = {}
        self._threads: ThreadPoolExecutor | None = None

    def register(
        self,
        name: str,
        examine: Callable[[], Health],
        *,
        is_needed: bool = False,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Register a check under a name that is new; without what `is_needed` the server is not ready."""
        if name in self._checks:
            raise ValueError(f"There is a check {name!r} already")
        self._checks[name] = _Check(examine, timeout_seconds, is_needed)

    async def report(self) -> Report:
        """Run all checks. Never raises: what a check raises is its finding."""
        found = await asyncio.gather(*(self._find(name) for name in self._checks))
        checks = dict(zip(self._checks, found, strict=True))
        missing = any(
            self._checks[name].is_needed and health.status is Status.FAILED
            for name, health in checks.items()
        )
        return Report(self.phase, checks, self.phase is Phase.SERVING and not missing)

    async def _find(self, name: str) -> Health:
        check = self._checks[name]
        examining = self._running.get(name)
        if examining is None or examining.done():
            examining = self._running[name] = self._start(check)
        waiting = asyncio.wrap_future(examining)
        # Neither the limit nor a client that goes away cancels it: others may wait for it too.
        await asyncio.wait({waiting}, timeout=check.timeout_seconds)
        if not waiting.done():
            return Health(Status.FAILED, f"No answer within {check.timeout_seconds:g} seconds.")
        error = waiting.exception()
        if error is None:
            return waiting.result()
        log.warning("health check failed", check=name, exc_info=error)
        text = scrub_text(f"{type(error).__name__}: {error}", LONGEST_MESSAGE)
        return Health(Status.FAILED, text)

    def _start(self, check: _Check) -> Future[Health]:
        if self._threads is None:
            # As many as checks: one that hangs takes no other's thread.
            self._threads = ThreadPoolExecutor(max(1, len(self._checks)), "health-check")
        return self._threads.submit(check.examine)


HEALTH = HealthChecks()
"""Those of this process."""
