"""What alerts need to know of the present moment that no table has."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from proto_ddf.monitoring.network_monitor import NETWORK_MONITOR, system_of, target_key
from proto_ddf.resilience import BreakerState, policies
from proto_ddf.settings import get_settings

_WITHOUT_ALERTS = frozenset({"notify", "usage_events"})
"""Systems that raise no alert: a failing channel of notifications is an incident, and a lost usage event does no harm."""
_LONGEST_KNOWN = 300.0
"""Seconds for which breakers keep their changes."""


@dataclass(frozen=True)
class Probed:
    """What was found at one moment."""

    open_seconds: Mapping[str, float] = field(default_factory=dict)
    """How long the circuit of each target is not closed; without those that a person opened."""
    network_errors: Mapping[str, int] = field(default_factory=dict)
    """Recent network errors by target."""
    network_threshold: int = 10
    free_bytes: int | None = None
    """On the disk of the home folder; None if unknown."""


def probe() -> Probed:
    """Look at the circuits, the network monitor and the disk."""
    return Probed(
        open_seconds=_open_circuits(),
        network_errors={
            target: count
            for target, count in NETWORK_MONITOR.recent_counts().items()
            if system_of(target) not in _WITHOUT_ALERTS
        },
        network_threshold=NETWORK_MONITOR.threshold,
        free_bytes=_free_bytes(),
    )


def _open_circuits() -> dict[str, float]:
    found = {}
    for policy in policies():
        if policy.system in _WITHOUT_ALERTS or policy.breaker is None:
            continue
        breaker = policy.breaker.snapshot()
        if breaker.forced or breaker.state is BreakerState.CLOSED:
            continue
        trips = [each.at for each in breaker.transitions if each.before is BreakerState.CLOSED]
        seconds = time.time() - trips[-1] if trips else _LONGEST_KNOWN
        found[target_key(policy.system, policy.target)] = max(0.0, seconds)
    return found


def _free_bytes() -> int | None:
    try:
        return shutil.disk_usage(get_settings().home).free
    except OSError:  # the folder is gone, which the storage watch reports
        return None
