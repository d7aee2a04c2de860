"""The errors as a whole: reports one, and counts and lists what was reported. All is read from the tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ClassRollup, ErrorRecord, IncidentRecord, utc_now
from proto_ddf.errors import describe
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.alerts import Alerts
from proto_ddf.monitoring.alerts.error_rules import CRITICAL, count_errors
from proto_ddf.monitoring.error_views import errors_where, recent_errors
from proto_ddf.settings import get_settings

LAST_ERRORS = 10
MOST_LISTED = 1000
_REPORTED = ("operation_id", "user_id", "subject")


@dataclass(frozen=True)
class ErrorSummary:
    """What was stored so far; what waits in the intake is not in it yet."""

    total_errors: int
    """All that were ever counted, for as long as roll-ups are kept (three years)."""
    unique_errors: int
    """Incidents: errors with one fingerprint are one."""
    error_types: Mapping[str, int]
    """Errors by the type of their classification (network, timeout, ...), the most common first."""
    recent_errors: list[dict[str, Any]]
    """The last ten, newest first, in the format of `error_views.recent_errors`."""


class ErrorTracker:
    """It can be used alone: it needs the records, and nothing that runs.

    Args:
        send_alert: called with the number of critical errors when there are too many. By default the alert
            `critical_errors` begins, unless it or another one that explains the errors is firing already.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        send_alert: Callable[[int], object] | None = None,
    ) -> None:
        self._clock = clock
        self.send_alert = send_alert or (lambda _count: Alerts(clock).evaluate())

    def track_error(self, error: BaseException, context: Mapping[str, Any] | None = None) -> str:
        """Report an error to the intake; returns the id of its incident, and never waits.

        Of the context `operation` (for people), `operation_id`, `user_id` and `subject` have a meaning of their own; the
        rest is stored with the error, without secrets.
        """
        about = dict(context or {})
        given = {name: str(about.pop(name)) for name in _REPORTED if about.get(name)}
        operation = str(about.pop("operation", "") or "")
        return intake.report(
            describe(error, operation, **about),
            operation,
            given.get("operation_id"),
            given.get("user_id"),
            subject=given.get("subject", ""),
        )

    def get_error_summary(self) -> ErrorSummary:
        with session() as opened:
            types = _types(opened)
            unique = opened.exec(select(func.count()).select_from(IncidentRecord)).one()
        return ErrorSummary(
            total_errors=sum(types.values()),
            unique_errors=unique,
            error_types=types,
            recent_errors=recent_errors(LAST_ERRORS),
        )

    def get_recent_errors(self, minutes: float) -> list[dict[str, Any]]:
        """The errors of the last minutes, newest first and 1000 at most, in the format of
        `error_views.recent_errors`."""
        since = self._clock() - timedelta(minutes=minutes)
        with session() as opened:
            return errors_where(opened, MOST_LISTED, col(ErrorRecord.at) > since)

    def check_critical_errors(self) -> bool:
        """Whether there were more than 3 critical errors within the last 5 minutes (ALERT_CRITICAL_ERRORS,
        ALERT_CRITICAL_WINDOW_SECONDS). If so, it calls `send_alert`."""
        settings = get_settings()
        since = self._clock() - timedelta(seconds=settings.alert_critical_window_seconds)
        with session() as opened:
            count = count_errors(opened, since, col(IncidentRecord.severity) == CRITICAL)
        if count < settings.alert_critical_errors:
            return False
        self.send_alert(count)
        return True


def _types(opened: Session) -> dict[str, int]:
    count = func.sum(ClassRollup.count)
    query = (
        select(ClassRollup.type, count)
        .where(ClassRollup.grain == "day")
        .group_by(ClassRollup.type)
        .order_by(count.desc())
    )
    return {name: int(number) for name, number in opened.exec(query).all()}
