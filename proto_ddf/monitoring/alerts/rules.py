"""Measures all rules. Each has a value for every subject that it concerns at the moment."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from sqlmodel import col, select

from proto_ddf.alert_settings import ALERT_RULES, AlertRule
from proto_ddf.db.tables import AppRecord, AppState
from proto_ddf.monitoring.alerts.error_rules import critical_errors, high_error_rate
from proto_ddf.monitoring.alerts.model import Measurement, Moment
from proto_ddf.monitoring.alerts.operation_rules import (
    failing_operations,
    recovery_failed,
    slow_operations,
)
from proto_ddf.monitoring.alerts.probe_rules import PROBE_RULES


def measure(moment: Moment) -> list[Measurement]:
    """What all rules that are switched on measure, in the order of `ALERT_RULES`."""
    found: list[Measurement] = []
    for name in ALERT_RULES:
        if name in moment.settings.alert_rules_off:
            continue
        if name in PROBE_RULES:
            found += PROBE_RULES[name](moment.probed, moment.settings)
        elif name in _ERROR_RULES:
            found += _ERROR_RULES[name](moment, found)
        else:
            found += _RULES[name](moment)
    return found


def crash_loop(moment: Moment) -> Iterator[Measurement]:
    """It lasts until the app has run well for a while, or a person stopped it."""
    least = moment.settings.alert_crash_loop_crashes
    query = select(AppRecord.slug, AppRecord.crashes).where(
        col(AppRecord.crashes) > 0, col(AppRecord.state) != AppState.STOPPED
    )
    for slug, crashes in moment.opened.exec(query).all():
        yield Measurement("crash_loop", slug, crashes, least, crashes >= least, holds=True)


_RULES: Mapping[AlertRule, Callable[[Moment], Iterator[Measurement]]] = MappingProxyType(
    {
        "crash_loop": crash_loop,
        "recovery_failed": recovery_failed,
        "failing_operations": failing_operations,
        "slow_operations": slow_operations,
    }
)
_ERROR_RULES: Mapping[AlertRule, Callable[[Moment, list[Measurement]], Iterator[Measurement]]] = (
    MappingProxyType({"critical_errors": critical_errors, "high_error_rate": high_error_rate})
)
