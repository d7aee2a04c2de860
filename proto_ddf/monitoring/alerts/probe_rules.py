"""The rules that need no table: the disk, circuits and network errors."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from proto_ddf.alert_settings import AlertRule
from proto_ddf.monitoring.alerts.model import HOLDS_FROM, Measurement, at_least
from proto_ddf.monitoring.alerts.probes import Probed
from proto_ddf.settings import Settings

MEGABYTE = 10**6


def disk_low(probed: Probed, settings: Settings) -> Iterator[Measurement]:
    if probed.free_bytes is None:
        return
    free, least = probed.free_bytes / MEGABYTE, settings.alert_disk_free_mb
    yield Measurement("disk_low", "", free, least, free < least, free < least / HOLDS_FROM)


def breaker_trip(probed: Probed, settings: Settings) -> Iterator[Measurement]:
    least = settings.alert_breaker_open_seconds
    for target, seconds in probed.open_seconds.items():
        yield Measurement("breaker_trip", target, seconds, least, seconds >= least, holds=True)


def network_errors(probed: Probed, _settings: Settings) -> Iterator[Measurement]:
    for target, count in probed.network_errors.items():
        yield at_least("network_errors", target, count, probed.network_threshold)


PROBE_RULES: Mapping[AlertRule, Callable[[Probed, Settings], Iterator[Measurement]]] = (
    MappingProxyType(
        {"disk_low": disk_low, "breaker_trip": breaker_trip, "network_errors": network_errors}
    )
)


def probes_fire(probed: Probed, settings: Settings) -> bool:
    """Whether what was probed fires an alert."""
    return any(
        each.fires
        for name, rule in PROBE_RULES.items()
        if name not in settings.alert_rules_off
        for each in rule(probed, settings)
    )
