"""What the rules of alerts measure, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlmodel import Session

from proto_ddf.alert_settings import AlertRule
from proto_ddf.db.tables import AlertState
from proto_ddf.monitoring.alerts.probes import Probed
from proto_ddf.settings import Settings

HOLDS_FROM = 0.75
"""An alert lasts while the value is at least this part of the threshold, so that it does not flicker around it."""


@dataclass(frozen=True)
class Measurement:
    """The value of one rule for one subject."""

    rule: AlertRule
    subject: str
    value: float
    threshold: float
    fires: bool
    holds: bool
    """An alert that is firing goes on."""


@dataclass(frozen=True)
class Moment:
    """All that rules measure from."""

    opened: Session
    now: datetime
    settings: Settings
    probed: Probed
    known: frozenset[tuple[str, str]] = frozenset()
    """Rule and subject of the alerts that fire, or whose errors may still be in a window."""


@dataclass(frozen=True)
class Behaviour:
    """What differs between the rules."""

    calm: timedelta = timedelta(0)
    """The cause must be gone for so long."""
    pause: timedelta = timedelta(0)
    """After an alert started, none of the same cause starts for so long."""
    cause: str = ""
    """Rules with the same one have one cause for the same subject. Empty: only this rule."""


_TARGET = "target"
_OPERATIONS = "operations"
BEHAVIOUR: Mapping[AlertRule, Behaviour] = MappingProxyType(
    {
        "disk_low": Behaviour(calm=timedelta(seconds=60)),
        "crash_loop": Behaviour(),
        "breaker_trip": Behaviour(
            calm=timedelta(seconds=60), pause=timedelta(seconds=600), cause=_TARGET
        ),
        "network_errors": Behaviour(pause=timedelta(seconds=600), cause=_TARGET),
        "recovery_failed": Behaviour(),
        "failing_operations": Behaviour(cause=_OPERATIONS),
        "slow_operations": Behaviour(cause=_OPERATIONS),
        "critical_errors": Behaviour(),
        "high_error_rate": Behaviour(),
    }
)


@dataclass(frozen=True)
class AlertChange:
    """An alert began or is over."""

    id: str
    rule: str
    subject: str
    state: AlertState
    value: float
    threshold: float


def at_least(rule: AlertRule, subject: str, value: float, threshold: float) -> Measurement:
    """It fires from the threshold on."""
    holds = value >= threshold * HOLDS_FROM
    return Measurement(rule, subject, value, threshold, value >= threshold, holds)


def cause_of(rule: str, subject: str) -> tuple[str, str]:
    """Equal for alerts that have one cause."""
    behaviour = behaviour_of(rule)
    return (behaviour.cause or rule, subject)


def behaviour_of(rule: str) -> Behaviour:
    """Also of a rule of another release, of which an alert may be on record."""
    return next((known for name, known in BEHAVIOUR.items() if name == rule), Behaviour())
