"""The front of all errors: reports one, and tells how many and which there were."""

import json
from datetime import timedelta

import pytest

from proto_ddf.db.tables import utc_now
from proto_ddf.errors import SystemError as ProtoSystemError
from proto_ddf.monitoring import intake
from proto_ddf.monitoring.alerts.views import firing_alerts
from proto_ddf.monitoring.error_tracker import ErrorTracker
from proto_ddf.monitoring.incident_views import read_incident

pytestmark = pytest.mark.usefixtures("database")


def critical() -> Exception:
    return ProtoSystemError("Gone.", component="records", code="records_unavailable")


def tracked(tracker: ErrorTracker, *errors: Exception) -> None:
    for number, error in enumerate(errors):
        tracker.track_error(error, {"operation": "Read", "operation_id": str(number)})
    assert intake.flush(30)


def test_a_tracked_error_is_stored_with_its_context_and_without_secrets() -> None:
    about = {
        "operation": "Read Notes",
        "operation_id": "one",
        "user_id": "ann",
        "subject": "notes",
        "table": "page",
        "password": "hunter2",
    }
    incident_id = ErrorTracker().track_error(ConnectionRefusedError("no"), about)
    assert intake.flush(30)
    incident = read_incident(incident_id)
    assert incident is not None
    [error] = incident.errors
    assert (error["operation"], error["operation_id"], error["user_id"], error["subject"]) == (
        "Read Notes",
        "one",
        "ann",
        "notes",
    )
    assert error["context"]["table"] == "page"
    assert "hunter2" not in json.dumps(error)


def test_an_error_may_come_without_context() -> None:
    assert ErrorTracker().track_error(ValueError("x"))
    assert intake.flush(30)
    assert ErrorTracker().get_error_summary().total_errors == 1


def test_the_summary() -> None:
    tracker = ErrorTracker()
    assert tracker.get_error_summary().error_types == {}
    tracked(tracker, *[ConnectionRefusedError("no")] * 12, TimeoutError("late"))
    summary = tracker.get_error_summary()
    assert (summary.total_errors, summary.unique_errors) == (13, 2)
    assert list(summary.error_types.items()) == [("network", 12), ("timeout", 1)]
    assert len(summary.recent_errors) == 10
    assert summary.recent_errors[0]["code"] == "timeout"


def test_recent_errors_are_those_of_the_last_minutes() -> None:
    tracked(ErrorTracker(), ValueError("x"), TimeoutError("late"))
    for minutes, expected in ((4, 0), (6, 2)):
        later = ErrorTracker(clock=lambda: utc_now() + timedelta(minutes=5))
        assert len(later.get_recent_errors(minutes)) == expected
    codes = [error["code"] for error in ErrorTracker().get_recent_errors(1)]
    assert codes[0] == "timeout"


def test_more_than_three_critical_errors_in_five_minutes_send_an_alert() -> None:
    sent: list[int] = []
    tracker = ErrorTracker(send_alert=sent.append)
    tracked(tracker, critical(), critical(), critical(), ValueError("x"), TimeoutError("x"))
    assert not tracker.check_critical_errors()
    tracked(tracker, critical())
    assert tracker.check_critical_errors()
    later = ErrorTracker(clock=lambda: utc_now() + timedelta(minutes=5), send_alert=sent.append)
    assert not later.check_critical_errors()
    assert sent == [4]


def test_by_itself_it_begins_the_alert_once() -> None:
    tracker = ErrorTracker()
    tracked(tracker, *[critical()] * 4)
    assert tracker.check_critical_errors()
    assert tracker.check_critical_errors()
    assert [alert.rule for alert in firing_alerts()] == ["critical_errors"]
