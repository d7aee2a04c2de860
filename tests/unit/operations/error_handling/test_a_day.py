"""A day of errors gives exactly the expected incidents, alerts, messages, digests, reports and resolutions.

The clock is set forward by a minute at a time; after each minute everything runs that runs in the server's loops."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlmodel import select

from proto_ddf import errors
from proto_ddf.db.engine import session
from proto_ddf.db.tables import AlertRecord, IncidentRecord, utc_now
from proto_ddf.errors import IntegrationError, describe
from proto_ddf.monitoring import incidents, intake
from proto_ddf.monitoring.alerts import Alerts
from proto_ddf.monitoring.alerts.probes import Probed
from proto_ddf.monitoring.reported import OperationEnded
from proto_ddf.monitoring.reports import schedule
from proto_ddf.monitoring.reports.error_reporting import ErrorReporting
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.notify.channel import Channel
from proto_ddf.operations.error_handling.acting import IncidentActions
from proto_ddf.operations.error_handling.configuration import ErrorHandlingConfig
from proto_ddf.operations.error_handling.incident_loop import act_on_new
from proto_ddf.operations.watches.alert_watch import AlertWatch
from tests.unit.notify.conftest import Inbox

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
SECONDS = 30.0
FREE = Probed(free_bytes=10**12)


def report(error: Exception, operation: str, operation_id: str | None = None) -> None:
    intake.report(describe(error), operation, operation_id)


def refused() -> Exception:
    return IntegrationError("No", system="Notes", operation="sign in", code="authentication_failed")


def lost(name: str) -> Exception:
    return IntegrationError(
        f"{name} is gone", system=name, operation="read", code="source_gone", name=name
    )


def full() -> Exception:
    return errors.SystemError("The disk is full", component="disk", code="disk_space_low")


def password_is_refused() -> None:
    report(refused(), "Refresh Notes", "one")


def flood() -> None:
    for _ in range(40):
        report(ConnectionRefusedError("no"), "Read")


def two_small_ones() -> None:
    report(OSError("first words"), "Read")
    report(TimeoutError("second words"), "Read")


def disk_is_full() -> None:
    for _ in range(5):
        report(full(), "Import rows")


def password_is_right() -> None:
    intake.report_end(OperationEnded("one", "refresh_source", "notes", "succeeded", 2.0))


def everything_is_muted() -> None:
    with session() as opened:
        ids = opened.exec(select(IncidentRecord.id)).all()
    for incident_id in ids:
        incidents.mute(incident_id, timedelta(hours=2))


DAY: dict[str, Callable[[], None]] = {
    "01:00": password_is_refused,
    "01:30": password_is_refused,  # the same incident, of which somebody knows
    "02:00": flood,
    "04:00": two_small_ones,
    "05:00": password_is_right,
    "08:00": disk_is_full,
    "12:00": password_is_refused,  # it is back
    "18:00": everything_is_muted,
    "18:30": flood,
    "23:00": password_is_right,
}


def is_looked_at(minute: int) -> bool:
    """Every minute for half an hour after each hour and half hour in which something happens, else every ten."""
    recent = [minute - back for back in range(15)]
    happened = any(f"{each // 60:02}:{each % 60:02}" in DAY for each in recent)
    return happened or minute % 10 == 0


class Day:
    """What runs in the server's loops, once for each minute."""

    def __init__(self, inbox: Inbox, channel: Channel) -> None:
        self.inbox, self.channel = inbox, channel
        self.sent: list[tuple[str, str]] = []
        """Time and title of each message."""
        self.reports: list[str] = []
        self._watch = AlertWatch(Alerts(probes=lambda: FREE), clock=lambda: utc_now().timestamp())
        self._actions = IncidentActions(ErrorHandlingConfig())

    def minute(self) -> None:
        assert intake.flush(SECONDS)
        incidents.settle()
        while act_on_new(self._actions.act):
            pass
        self._watch.look()
        self.inbox.clock.now = utc_now()
        now = f"{utc_now():%H:%M}"
        self.sent += [(now, title) for title in self.inbox.send_all(self.channel)]
        for due in schedule.due_reports("daily", utc_now(), UTC):
            ErrorReporting(lambda at=due.at: at).generate_report(ReportOptions(), due.id)  # type: ignore[misc]
            schedule.mark_started("daily", due)
            self.reports.append(f"{due.at:%H:%M}")


@pytest.fixture
def day(inbox: Inbox, keyed: Channel) -> Day:
    return Day(inbox, keyed)


def test_a_day_of_errors(day: Day, database: Path) -> None:
    with time_machine.travel(MIDNIGHT, tick=False) as clock:
        for minute in filter(is_looked_at, range(24 * 60)):
            clock.move_to(MIDNIGHT + timedelta(minutes=minute))
            happens = DAY.get(f"{minute // 60:02}:{minute % 60:02}")
            if happens:
                happens()
            day.minute()
        found = everything()
    assert found == {
        "incidents": {
            "authentication_failed": ("resolved", 3),
            "connection_failed": ("ongoing", 80),
            "disk_space_low": ("ongoing", 5),
            "timeout": ("ongoing", 1),
            "unknown": ("ongoing", 1),
        },
        "alerts": Counter({("critical_errors", "resolved"): 1}),
    }
    assert day.sent == [
        ("01:01", "A person is needed: Sign-in refused"),
        ("02:01", "More and more errors: No connection"),
        ("04:01", "2 notifications of Proto-DDF"),
        ("08:00", "New error: Disk is full"),
        ("08:00", "Critical errors"),
        ("08:06", "Over: Critical errors"),
        ("12:01", "A person is needed: Sign-in refused"),
    ]
    assert day.reports == ["06:00"]


def everything() -> dict[str, object]:
    with session() as opened:
        found = opened.exec(select(IncidentRecord)).all()
        alerts = opened.exec(select(AlertRecord)).all()
    return {
        "incidents": {each.code: (str(each.state), each.count) for each in found},
        "alerts": Counter((each.rule, str(each.state)) for each in alerts),
    }
