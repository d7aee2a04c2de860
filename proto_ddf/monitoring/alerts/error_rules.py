"""The rules that count errors. What another alert explains is not counted, so that one cause raises one alert."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf.db.tables import ErrorRecord, IncidentRecord, IncidentState, OperationRecord
from proto_ddf.monitoring.alerts.model import Measurement, Moment, at_least
from proto_ddf.monitoring.alerts.operation_rules import RECOVERY
from proto_ddf.monitoring.network_errors import NETWORK_CODES

CRITICAL = "critical"
MOST_COUNTED = 10_000
"""Of the newest errors, so that a flood does not make a rule slow."""
_TARGET_CODES = NETWORK_CODES | {"circuit_open"}


_code, _operation_id = col(ErrorRecord.code), col(ErrorRecord.operation_id)
_severity, _state = col(IncidentRecord.severity), col(IncidentRecord.state)


def critical_errors(moment: Moment, before: Iterable[Measurement]) -> Iterator[Measurement]:
    settings = moment.settings
    since = moment.now - timedelta(seconds=settings.alert_critical_window_seconds)
    count = count_errors(moment.opened, since, _severity == CRITICAL, *_unexplained(moment, before))
    yield at_least("critical_errors", "", count, settings.alert_critical_errors)


def high_error_rate(moment: Moment, before: Iterable[Measurement]) -> Iterator[Measurement]:
    """Of errors that are not critical, without those of escalating incidents: of each of these people are notified."""
    settings = moment.settings
    since = moment.now - timedelta(seconds=settings.alert_error_rate_window_seconds)
    conditions = (_severity != CRITICAL, _state != IncidentState.ESCALATING)
    count = count_errors(moment.opened, since, *conditions, *_unexplained(moment, before))
    yield at_least("high_error_rate", "", count, settings.alert_error_rate)


def count_errors(opened: Session, since: datetime, *conditions: Any) -> int:
    """The errors after that time, 10,000 of the newest at most; conditions may be of the error or its incident."""
    newest = (
        select(ErrorRecord.times)
        .join(IncidentRecord, col(IncidentRecord.id) == col(ErrorRecord.incident_id))
        .where(col(ErrorRecord.at) > since, *conditions)
        .order_by(col(ErrorRecord.at).desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    return int(opened.exec(select(func.coalesce(func.sum(newest.c.times), 0))).one())


def _unexplained(moment: Moment, before: Iterable[Measurement]) -> Iterator[Any]:
    """Conditions that leave out wrong input, the errors of muted incidents, and those that other alerts explain."""
    yield col(ErrorRecord.family) != "validation"
    yield _state != IncidentState.MUTED
    explaining = set(moment.known) | {(each.rule, each.subject) for each in before if each.fires}
    rules = {rule for rule, _ in explaining}
    if "disk_low" in rules:
        yield _code != "disk_space_low"
    if rules & {"breaker_trip", "network_errors"}:
        yield _code.not_in(_TARGET_CODES)
    looping = {subject for rule, subject in explaining if rule == "crash_loop"}
    if looping:
        yield (_code != "app_crashed") | col(ErrorRecord.subject).not_in(looping)
    kinds = {subject for rule, subject in explaining if rule == "failing_operations"}
    of_kind: Any = col(OperationRecord.kind).in_(kinds)
    if "recovery_failed" in rules:
        of_kind |= col(OperationRecord.kind).startswith(RECOVERY, autoescape=True)
    if kinds or "recovery_failed" in rules:
        explained = select(OperationRecord.id).where(of_kind)
        yield _operation_id.is_(None) | _operation_id.not_in(explained)
