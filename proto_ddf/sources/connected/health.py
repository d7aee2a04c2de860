"""The health of a source, derived from the results of its checks. Pure: `operations.watches.source_watch` makes the checks.

    CHECKING      not checked yet
    CONNECTED     the last checks were answered in time
    DEGRADED      it answers, but slowly, or one of the last three checks failed
    UNREACHABLE   the last checks failed, or its circuit is open; it may recover by itself
    ATTENTION     the last check failed in a way that no retry can help, such as a wrong password

An answer ends an outage (UNREACHABLE, ATTENTION) at once: earlier failures no longer count.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

from proto_ddf.errors import classify
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.sources.size_texts import count_text

COUNTED_RESULTS = 3
"""The state depends on this many of the last results."""
SLOW_SECONDS = 2.0
"""An answer that takes longer is slow, whatever the usual latency is."""
SLOW_FACTOR = 5.0
"""An answer is also slow when it takes this many times the median latency ..."""
NEVER_SLOW_SECONDS = 0.25
"""... but more than this ..."""
MINIMUM_ANSWERS = 5
"""... and only after this many answers."""
KEPT_LATENCIES = 20


class HealthState(StrEnum):
    CHECKING = "checking"
    CONNECTED = "connected"
    DEGRADED = "degraded"
    UNREACHABLE = "unreachable"
    ATTENTION = "attention"


_OUTAGES = frozenset({HealthState.UNREACHABLE, HealthState.ATTENTION})


@dataclass(frozen=True)
class Failure:
    """Why a check failed, in words for people and without secrets."""

    code: str
    title: str
    message: str
    hint: str
    transient: bool
    """Another check may succeed. A circuit counts the same failures."""


def failure_of(error: Exception) -> Failure:
    """What an exception says about a source."""
    found = classify(error)
    return Failure(found.code, found.title, found.message, found.hint, is_transient(error))


@dataclass(frozen=True)
class CheckResult:
    """The result of one check."""

    at: float
    """When the check ended: Unix time in seconds, as are all times here."""
    seconds: float
    """How long it took."""
    failure: Failure | None = None
    """None: the source answered."""


@dataclass(frozen=True)
class Recovery:
    """The end of an outage."""

    at: float
    outage_seconds: float
    """Since the first failed check."""


@dataclass(frozen=True)
class Health:
    """The health of one source. `with_result` and `with_open_circuit` return the next one."""

    state: HealthState = HealthState.CHECKING
    since: float | None = None
    """When the state began."""
    results: tuple[CheckResult, ...] = ()
    """The last ones that count, oldest first."""
    slow: bool = False
    """The last answer was slow."""
    latencies: tuple[float, ...] = ()
    """Seconds that the last answers took, oldest first."""
    last_failure: Failure | None = None
    failed_at: float | None = None
    failing_since: float | None = None
    """When the first failure since the last answer happened; None after an answer."""
    recovery: Recovery | None = None
    """From the last outage; None when there was none, and during the next outage."""

    @property
    def latency(self) -> float | None:
        """Seconds that the last answer took."""
        return self.latencies[-1] if self.latencies else None

    @property
    def usual_latency(self) -> float | None:
        """The median of the last latencies, in seconds."""
        return median(self.latencies) if self.latencies else None

    @property
    def uncertain(self) -> bool:
        """The last check failed, and the one before it did not: the next check should come soon."""
        last = self.results[-1].failure if self.results else None
        before = self.results[-2].failure if len(self.results) > 1 else None
        return last is not None and last.transient and before is None

    @property
    def message(self) -> str:
        """What the state means for this source, for people."""
        match self.state:
            case HealthState.CHECKING:
                return "It has not been checked yet."
            case HealthState.CONNECTED if self.recovery:
                return f"Connected again after {duration_text(self.recovery.outage_seconds)}."
            case HealthState.CONNECTED:
                return "It answers."
            case HealthState.DEGRADED if self.slow:
                return f"It answers slowly: the last answer took {latency_text(self.results[-1].seconds)}."
            case HealthState.DEGRADED:
                failed = next(each.failure for each in reversed(self.results) if each.failure)
                return f"It does not answer every time. {failed.message}"
            case _:
                failure = self.failure
                return (
                    failure.message if failure else "Calls to it fail, and are paused for a while."
                )

    @property
    def hint(self) -> str:
        """What to do about an outage; empty outside of outages."""
        failure = self.failure
        return failure.hint if failure and self.state in _OUTAGES else ""

    @property
    def failure(self) -> Failure | None:
        """The last failure, if no answer came after it."""
        if self.failing_since is None or self.failed_at is None:
            return None
        return self.last_failure if self.failed_at >= self.failing_since else None

    def with_result(self, result: CheckResult) -> "Health":
        """The health after one more check."""
        return self._failed(result, result.failure) if result.failure else self._answered(result)

    def with_open_circuit(self, at: float) -> "Health":
        """The health while its circuit is open: no check is made, and earlier results are out of date."""
        began = self.failing_since if self.failing_since is not None else at
        return self._in_state(
            HealthState.UNREACHABLE, at, results=(), slow=False, failing_since=began, recovery=None
        )

    def _answered(self, result: CheckResult) -> "Health":
        ends_outage = self.state in _OUTAGES and self.failing_since is not None
        results = (result,) if ends_outage else (*self.results, result)[-COUNTED_RESULTS:]
        slow = self._is_slow(result.seconds)
        failed = any(each.failure for each in results)
        return self._in_state(
            HealthState.DEGRADED if slow or failed else HealthState.CONNECTED,
            result.at,
            results=results,
            slow=slow,
            latencies=(*self.latencies, result.seconds)[-KEPT_LATENCIES:],
            failing_since=None,
            recovery=self._recovered(result.at) if ends_outage else self.recovery,
        )

    def _recovered(self, at: float) -> Recovery:
        return Recovery(at, at - (self.failing_since or at))

    def _failed(self, result: CheckResult, failure: Failure) -> "Health":
        results = (*self.results, result)[-COUNTED_RESULTS:]
        if not failure.transient:
            state = HealthState.ATTENTION
        elif all(each.failure for each in results[-2:]):
            state = HealthState.UNREACHABLE
        else:
            state = HealthState.DEGRADED
        return self._in_state(
            state,
            result.at,
            results=results,
            slow=False,
            last_failure=failure,
            failed_at=result.at,
            failing_since=result.at if self.failing_since is None else self.failing_since,
            recovery=None if state in _OUTAGES else self.recovery,
        )

    def _is_slow(self, seconds: float) -> bool:
        if seconds > SLOW_SECONDS:
            return True
        if len(self.latencies) < MINIMUM_ANSWERS:
            return False
        return seconds > max(NEVER_SLOW_SECONDS, SLOW_FACTOR * median(self.latencies))

    def _in_state(self, state: HealthState, at: float, **changes: object) -> "Health":
        since = self.since if state is self.state else at
        return replace(self, state=state, since=since, **changes)  # type: ignore[arg-type]


def duration_text(seconds: float) -> str:
    """ "40 seconds", "2 minutes", "3 hours", "2 days"; at least a second."""
    for unit, length, until in (("second", 1, 60), ("minute", 60, 3600), ("hour", 3600, 86_400)):
        if seconds < until - length / 2:
            return count_text(max(1, round(seconds / length)), unit)
    return count_text(max(1, round(seconds / 86_400)), "day")


def latency_text(seconds: float) -> str:
    """ "0.4 ms", "12 ms", "2.4 s"."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 1 else f"{milliseconds:.1f} ms"
