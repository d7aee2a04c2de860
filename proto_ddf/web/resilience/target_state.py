"""The details of an unfolded target on the resilience page."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel

from proto_ddf.monitoring.network_counts import PastError as KnownError
from proto_ddf.resilience import PolicySnapshot
from proto_ddf.resilience.breaker import BreakerSnapshot, BreakerState, Transition, WindowSnapshot

_ERRORS_SHOWN = 8


class Fact(BaseModel):
    """A name and its value."""

    name: str
    value: str
    warning: bool = False
    """Whether calls or retries are refused because of it."""


class Change(BaseModel):
    """One change of a breaker's state."""

    at: str
    state: str
    """The state after the change."""
    reason: str
    lasted: float | None
    """Seconds until the next change; None for the present state."""


class PastError(BaseModel):
    at: str
    title: str
    code: str


class Detail(BaseModel):
    """The details of an unfolded target."""

    facts: list[Fact] = []
    """Present values."""
    settings: list[Fact] = []
    changes: list[Change] = []
    """Newest first."""
    errors: list[PastError] = []
    """Newest first."""


def detail(policy: PolicySnapshot, errors: Sequence[KnownError] = ()) -> Detail:
    """The details of a target from the snapshot of its policy, and its last errors, oldest first."""
    transitions = policy.breaker.transitions if policy.breaker else ()
    return Detail(
        facts=list(_facts(policy)),
        settings=[Fact(name=name, value=value) for name, value in policy.config],
        changes=list(_changes(transitions)),
        errors=[
            PastError(at=iso_time(each.at), title=each.title, code=each.code)
            for each in errors[: -_ERRORS_SHOWN - 1 : -1]
        ],
    )


def iso_time(at: float) -> str:
    """A Unix time in seconds as ISO 8601, UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _changes(transitions: tuple[Transition, ...]) -> Iterator[Change]:
    until: float | None = None
    for change in reversed(transitions):
        yield Change(
            at=iso_time(change.at),
            state=change.after.value,
            reason=change.reason,
            lasted=None if until is None else until - change.at,
        )
        until = change.at


def _facts(policy: PolicySnapshot) -> Iterator[Fact]:
    if policy.breaker:
        yield from _breaker_facts(policy.breaker)
    if bulkhead := policy.bulkhead:
        yield Fact(
            name="Concurrent calls",
            value=f"{bulkhead.active} of {bulkhead.max_concurrent} running, "
            f"{bulkhead.waiting} of {bulkhead.max_queue} waiting, {bulkhead.refused} refused",
        )
    yield Fact(name="Attempts", value=f"{policy.attempts:,}, {policy.retries:,} of them retries")


def _breaker_facts(breaker: BreakerSnapshot) -> Iterator[Fact]:
    if breaker.state is BreakerState.HALF_OPEN:
        yield Fact(name="Successful probes", value=str(breaker.successes))
    else:
        yield Fact(name="Consecutive failures", value=str(breaker.failures))
    if breaker.window:
        yield Fact(name="Window", value=_window(breaker.window))


def _window(window: WindowSnapshot) -> str:
    of = window.window
    span = f"Last {of.size:g} calls" if of.kind == "count" else f"Last {of.size:g} s"
    slow = f", {window.slow} slow" if of.slow_call_seconds is not None else ""
    return (
        f"{span}: {window.failed} of {window.calls} failed{slow}; opens at {of.failure_rate:.0%} "
        f"of at least {of.minimum_calls}"
    )
