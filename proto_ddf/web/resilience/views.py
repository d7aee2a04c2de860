"""Views of policies and circuit breakers for the resilience page."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from proto_ddf.monitoring.network_counts import TargetErrors
from proto_ddf.monitoring.network_monitor import NETWORK_MONITOR
from proto_ddf.resilience import Policy, PolicySnapshot
from proto_ddf.resilience.breaker import BreakerSnapshot, BreakerState
from proto_ddf.web.resilience.target_state import Fact, iso_time
from proto_ddf.web.shared.state.waiting import Wait, wait_of

ALL = "all"
FILTERS = (ALL, "open", "half_open", "closed")
_LABELS = {
    "source": "Sources",
    "package_registry": "Package registry",
    "app": "Apps",
    "codegen": "Codegen",
    "usage_events": "Usage events",
}
_STOPS = {
    "source": "Connecting, testing and reading this source stop, and so does every operation that needs it.",
    "package_registry": "Installing front-end packages stops, and with it generating apps.",
    "app": "Health checks of this app stop. The app itself keeps running.",
    "codegen": "Codegen is not asked to repair code, and nobody sees how far it is.",
    "usage_events": "Usage events are no longer sent.",
}
_STOPS_OTHERWISE = "Every operation that needs it stops."


class TargetView(BaseModel):
    """One target with its circuit breaker and the counts of its calls."""

    key: str
    """Unique among all targets."""
    system: str
    target: str
    title: str
    state: str
    """closed, open, half_open, forced_open, or off if there is no breaker."""
    calls: int
    failed: int
    refused: int
    consecutive_failures: int
    alerting: bool
    """It had too many network errors recently."""
    probe: Wait
    """The time until an open breaker permits a probe."""
    failure: str
    """Title of the last failure; empty if there was none."""
    failed_at: str
    stops: str
    """What stops if the breaker is opened by hand."""


class SystemView(BaseModel):
    """The targets of one system, and what they share."""

    name: str
    label: str
    shared: list[Fact]
    targets: list[TargetView]


def system_label(system: str) -> str:
    """A system's name for people."""
    return _LABELS.get(system, system.replace("_", " ").capitalize())


def system_views(
    policies: Iterable[PolicySnapshot], before: Iterable[SystemView] = ()
) -> list[SystemView]:
    """All targets by system, sorted by name. `before` are the views shown now: a wait among them is kept as long as it
    ends at the same time."""
    shown = {target.key: target for system in before for target in system.targets}
    systems: dict[str, list[PolicySnapshot]] = {}
    for policy in policies:
        systems.setdefault(policy.system, []).append(policy)
    return [
        SystemView(
            name=name,
            label=system_label(name),
            shared=list(_shared_facts(members[0])),
            targets=[
                _target(member, errors_of(member), shown.get(key_of(member)))
                for member in sorted(members, key=lambda each: each.target)
            ],
        )
        for name, members in sorted(systems.items(), key=lambda item: system_label(item[0]))
    ]


def errors_of(policy: PolicySnapshot) -> TargetErrors:
    """What the network monitor knows of the target."""
    return NETWORK_MONITOR.errors_of(policy.system, policy.target)


def key_of(policy: Policy | PolicySnapshot) -> str:
    return f"{policy.system}/{policy.target}"


def filter_of(policy: PolicySnapshot) -> str:
    """The filter that shows the target. A breaker opened by hand counts as open, a target without one as closed."""
    state = _state(policy.breaker)
    return {"forced_open": "open", "off": "closed"}.get(state, state)


def count_states(policies: Iterable[PolicySnapshot]) -> dict[str, int]:
    """The number of targets that each filter shows."""
    counts = dict.fromkeys(FILTERS, 0)
    for policy in policies:
        counts[ALL] += 1
        counts[filter_of(policy)] += 1
    return counts


def targets_by_system(policies: Iterable[PolicySnapshot]) -> dict[str, list[str]]:
    """The names of all targets by system."""
    found: dict[str, list[str]] = {}
    for policy in policies:
        if policy.target:
            found.setdefault(policy.system, []).append(policy.target)
    return found


def _target(policy: PolicySnapshot, errors: TargetErrors, before: TargetView | None) -> TargetView:
    breaker = policy.breaker
    last = errors.last[-1] if errors.last else None
    return TargetView(
        key=key_of(policy),
        system=policy.system,
        target=policy.target,
        title=policy.target or system_label(policy.system),
        state=_state(breaker),
        calls=policy.calls,
        failed=policy.failed,
        refused=breaker.refused if breaker else 0,
        consecutive_failures=breaker.failures if breaker else 0,
        alerting=errors.is_alerting,
        probe=_probe(breaker, before),
        failure=last.title if last else "",
        failed_at=iso_time(last.at) if last else "",
        stops=_STOPS.get(policy.system, _STOPS_OTHERWISE),
    )


def _state(breaker: BreakerSnapshot | None) -> str:
    if breaker is None:
        return "off"
    return "forced_open" if breaker.forced else breaker.state.value


def _probe(breaker: BreakerSnapshot | None, before: TargetView | None) -> Wait:
    if breaker is None or breaker.forced or breaker.state is not BreakerState.OPEN:
        return Wait()
    return wait_of(breaker.retry_after, before.probe if before else None)


def _shared_facts(policy: PolicySnapshot) -> Iterator[Fact]:
    if budget := policy.budget:
        stopped = "" if budget.allowed else ", no retries for now"
        value = f"{budget.tokens:.1f} of {budget.max_tokens:g}{stopped}"
        yield Fact(name="Retry budget", value=value, warning=not budget.allowed)
    if (adaptive := policy.adaptive) and adaptive.outcomes:
        yield Fact(
            name="Adapted waits",
            value=f"{adaptive.wait_factor:.1f} times as long",
        )
    if rate := policy.rate:
        value = f"{rate.available} of {rate.calls} calls in {rate.seconds:g} s left"
        yield Fact(name="Rate", value=value, warning=rate.available == 0)
