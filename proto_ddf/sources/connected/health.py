"""How a source is, by what the looks at it found. Pure: who looks, and when, is `operations.source_watch`.

    CHECKING      not looked at yet
    CONNECTED     the last looks were answered in time
    DEGRADED      it answers, but slowly, or one of the last three looks failed
    UNREACHABLE   no look of late was answered, or its circuit is open; it may pass by itself
    ATTENTION     the last look failed in a way that no retry mends, such as a wrong password

An answer ends an outage (UNREACHABLE, ATTENTION) at once: what failed before it no longer counts.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

from proto_ddf.errors import classify
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.sources.size_texts import count_text

COUNTED_LOOKS = 3
"""As many of the last looks decide."""
SLOW_SECONDS = 2.0
"""An answer that takes longer is slow, whatever is usual."""
SLOW_FACTOR = 5.0
"""So is one that takes so many times the median of those before it ..."""
NEVER_SLOW_SECONDS = 0.25
"""... unless nobody would notice ..."""
KNOWN_ANSWERS = 5
"""... once there were so many answers."""
KEPT_ANSWERS = 20


class HealthState(StrEnum):
    CHECKING = "checking"
    CONNECTED = "connected"
    DEGRADED = "degraded"
    UNREACHABLE = "unreachable"
    ATTENTION = "attention"


_OUTAGES = frozenset({HealthState.UNREACHABLE, HealthState.ATTENTION})


@dataclass(frozen=True)
class Failure:
    """Why a look failed, in words for people and without secrets."""

    code: str
    title: str
    message: str
    hint: str
    passes: bool
    """By itself, so that looking again can help; the failures that open a circuit are the same."""


def failure_of(error: Exception) -> Failure:
    """What an exception says about a source."""
    found = classify(error)
    return Failure(found.code, found.title, found.message, found.hint, is_transient(error))


@dataclass(frozen=True)
class Look:
    """What one look found."""

    at: float
    """When it ended; Unix time in seconds, as are all times here."""
    seconds: float
    """How long it took."""
    failure: Failure | None = None
    """None: it was answered."""


@dataclass(frozen=True)
class Back:
    """The end of an outage."""

    at: float
    after: float
    """Seconds since the first look that was not answered."""


@dataclass(frozen=True)
class Health:
    """One source's health. `after` and `paused` give what it is next."""

    state: HealthState = HealthState.CHECKING
    since: float | None = None
    """When the state began."""
    looks: tuple[Look, ...] = ()
    """The last ones, oldest first, as far as they count."""
    slow: bool = False
    """The last look was answered slowly."""
    answers: tuple[float, ...] = ()
    """Seconds that the last answers took, oldest first."""
    last_failure: Failure | None = None
    failed_at: float | None = None
    failing_since: float | None = None
    """When the first of the failures happened that no answer followed; None after an answer."""
    back: Back | None = None
    """The last outage's end; None when there was none, or in the next outage."""

    @property
    def latency(self) -> float | None:
        """Seconds that the last answer took."""
        return self.answers[-1] if self.answers else None

    @property
    def usual_latency(self) -> float | None:
        """The median of the last answers, in seconds."""
        return median(self.answers) if self.answers else None

    @property
    def uncertain(self) -> bool:
        """A single failure that may have passed by now: worth another look soon."""
        last = self.looks[-1].failure if self.looks else None
        before = self.looks[-2].failure if len(self.looks) > 1 else None
        return last is not None and last.passes and before is None

    @property
    def message(self) -> str:
        """What the state means here, for people."""
        match self.state:
            case HealthState.CHECKING:
                return "It has not been looked at yet."
            case HealthState.CONNECTED if self.back:
                return f"Connected again after {duration_text(self.back.after)}."
            case HealthState.CONNECTED:
                return "It answers."
            case HealthState.DEGRADED if self.slow:
                return f"It answers slowly: the last answer took {latency_text(self.looks[-1].seconds)}."
            case HealthState.DEGRADED:
                failed = next(look.failure for look in reversed(self.looks) if look.failure)
                return f"It does not answer every time. {failed.message}"
            case _:
                failure = self.failure
                return (
                    failure.message if failure else "Calls to it fail, and are paused for a while."
                )

    @property
    def hint(self) -> str:
        """What to do about an outage; empty where there is nothing to do."""
        failure = self.failure
        return failure.hint if failure and self.state in _OUTAGES else ""

    @property
    def failure(self) -> Failure | None:
        """The last one that no answer followed."""
        if self.failing_since is None or self.failed_at is None:
            return None
        return self.last_failure if self.failed_at >= self.failing_since else None

    def after(self, look: Look) -> "Health":
        """The health once a look has ended."""
        return self._failed(look, look.failure) if look.failure else self._answered(look)

    def paused(self, at: float) -> "Health":
        """The health while its circuit is open: no look is made, and what earlier ones found is out of date."""
        began = self.failing_since if self.failing_since is not None else at
        return self._in_state(
            HealthState.UNREACHABLE, at, looks=(), slow=False, failing_since=began, back=None
        )

    def _answered(self, look: Look) -> "Health":
        ended = self.state in _OUTAGES and self.failing_since is not None
        looks = (look,) if ended else (*self.looks, look)[-COUNTED_LOOKS:]
        slow = self._is_slow(look.seconds)
        failed = any(each.failure for each in looks)
        return self._in_state(
            HealthState.DEGRADED if slow or failed else HealthState.CONNECTED,
            look.at,
            looks=looks,
            slow=slow,
            answers=(*self.answers, look.seconds)[-KEPT_ANSWERS:],
            failing_since=None,
            back=Back(look.at, look.at - (self.failing_since or look.at)) if ended else self.back,
        )

    def _failed(self, look: Look, failure: Failure) -> "Health":
        looks = (*self.looks, look)[-COUNTED_LOOKS:]
        if not failure.passes:
            state = HealthState.ATTENTION
        elif all(each.failure for each in looks[-2:]):
            state = HealthState.UNREACHABLE
        else:
            state = HealthState.DEGRADED
        return self._in_state(
            state,
            look.at,
            looks=looks,
            slow=False,
            last_failure=failure,
            failed_at=look.at,
            failing_since=look.at if self.failing_since is None else self.failing_since,
            back=None if state in _OUTAGES else self.back,
        )

    def _is_slow(self, seconds: float) -> bool:
        if seconds > SLOW_SECONDS:
            return True
        if len(self.answers) < KNOWN_ANSWERS:
            return False
        return seconds > max(NEVER_SLOW_SECONDS, SLOW_FACTOR * median(self.answers))

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
