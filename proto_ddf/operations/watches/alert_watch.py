"""Evaluates the alerts repeatedly, and has people notified of what began and what is over."""

import asyncio
import time
from collections.abc import Callable

from proto_ddf.logs import get_logger
from proto_ddf.monitoring import intake, own_errors
from proto_ddf.monitoring.alerts import Alerts
from proto_ddf.monitoring.alerts.views import Alert, is_any_firing, mark_notified, unnotified_alerts
from proto_ddf.monitoring.network_monitor import NETWORK_MONITOR
from proto_ddf.notify import Notification, NotificationSystem
from proto_ddf.operations.error_handling.configuration import current_config
from proto_ddf.settings import get_settings

INTERVAL_SECONDS = 5.0
IDLE_SECONDS = 30.0
"""Between two evaluations while nothing is reported and nothing fires."""

_NOTIFIED_BY_INCIDENTS = frozenset({"recovery_failed"})
"""Rules whose incidents notify people already. They are sent only to channels that ALERT_CHANNELS names for them."""

log = get_logger(__name__)


async def watch_alerts() -> None:
    """Look every five seconds, for as long as the server runs."""
    watch = AlertWatch()
    while True:
        with own_errors.reported("alert watch", "Evaluate the alerts"):
            await asyncio.to_thread(watch.look)
        await asyncio.sleep(INTERVAL_SECONDS)


class AlertWatch:
    """Evaluates the alerts when there may be something new.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        alerts: Alerts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._alerts = alerts or Alerts()
        self._clock = clock
        self._evaluated_at = float("-inf")
        self._stored = -1
        self._is_calm = False

    def look(self) -> None:
        """Evaluate the alerts unless there cannot be anything new, and notify people of changes."""
        NETWORK_MONITOR.report_rest()
        stored = intake.statistics().stored
        is_early = self._clock() - self._evaluated_at < IDLE_SECONDS
        nothing_new = self._is_calm and stored == self._stored
        if nothing_new and is_early and not self._alerts.is_due():
            return
        self._is_calm = False
        self._evaluated_at = self._clock()
        self._alerts.evaluate()
        notify()
        self._is_calm = not is_any_firing()
        self._stored = stored


def notify() -> None:
    """Hand changes of alerts to the notifications. After a kill in between they are handed over again, with the same key."""
    for change in unnotified_alerts():
        alert = change.alert
        if change.is_new:
            log.warning("alert", rule=alert.rule, title=alert.title, reason=alert.message)
            _send(alert, is_over=False)
        if alert.resolved_at:
            log.info("alert is over", rule=alert.rule, title=alert.title)
            _send(alert, is_over=True)
        mark_notified(alert.id, alert.state)


def _send(alert: Alert, *, is_over: bool) -> None:
    channels = next(
        (names for rule, names in get_settings().alert_channels.items() if rule == alert.rule), ()
    )
    if alert.rule in _NOTIFIED_BY_INCIDENTS and not channels:
        return
    NotificationSystem(current_config().notifications).send_notification(
        Notification(
            reason="alert_over" if is_over else "alert",
            priority="normal" if is_over else alert.priority,
            title=f"Over: {alert.title}" if is_over else alert.title,
            text="" if is_over else f"{alert.message} {alert.hint}".strip(),
            link=alert.link,
            key=alert.id,
        ),
        channels,
    )
