"""Evaluates the rules, and begins and ends alerts."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import AlertRecord, AlertState, utc_now
from proto_ddf.db.writing import write
from proto_ddf.monitoring.alerts.model import (
    AlertChange,
    Measurement,
    Moment,
    behaviour_of,
    cause_of,
)
from proto_ddf.monitoring.alerts.probe_rules import probes_fire
from proto_ddf.monitoring.alerts.probes import Probed, probe
from proto_ddf.monitoring.alerts.rules import measure
from proto_ddf.settings import Settings, get_settings

TOPIC = "alerts"
"""The topic of `change_events` that is published when an alert begins or is over."""
_PAUSE = timedelta(seconds=600)
"""The longest pause of a rule."""


class Alerts:
    """All that it knows is in the tables, so that a restart changes nothing.

    Args:
        probes: looks at what no table has.
        settings: by default those of the process, read at each evaluation.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        probes: Callable[[], Probed] = probe,
        settings: Settings | None = None,
    ) -> None:
        self._clock = clock
        self._probes = probes
        self._settings = settings

    def is_due(self) -> bool:
        """Whether a probe alone would begin an alert, found without a query."""
        return probes_fire(self._probes(), self._settings or get_settings())

    def evaluate(self) -> list[AlertChange]:
        """Begin and end alerts by what is stored and probed now; returns those that changed. It may be called by several
        threads and at any time.

        Raises:
            sqlalchemy.exc.OperationalError: the database cannot be read or written. Nothing has changed then.
        """
        now = self._clock()
        settings = self._settings or get_settings()
        with session() as opened:
            explaining = _since(opened, now - _explaining(settings))
            known = frozenset((each.rule, each.subject) for each in explaining)
            measured = measure(Moment(opened, now, settings, self._probes(), known))
        is_calm = all(each.state is AlertState.RESOLVED for each in explaining)
        if is_calm and not any(each.fires for each in measured):
            return []
        changes = write(lambda opened: _apply(opened, measured, now))
        if changes:
            change_events.publish(TOPIC)
        return changes


def _explaining(settings: Settings) -> timedelta:
    """How long after an alert its errors may still be in the window of a rule."""
    return timedelta(
        seconds=max(
            settings.alert_critical_window_seconds, settings.alert_error_rate_window_seconds
        )
    )


def _since(opened: Session, since: datetime) -> Sequence[AlertRecord]:
    """The alerts that fire, and those that were resolved or began after that time."""
    query = select(AlertRecord).where(
        (col(AlertRecord.state) == AlertState.FIRING)
        | (col(AlertRecord.resolved_at) > since)
        | (col(AlertRecord.started_at) > since)
    )
    return opened.exec(query).all()


def _apply(opened: Session, measured: Sequence[Measurement], now: datetime) -> list[AlertChange]:
    by_cause: dict[tuple[str, str], list[Measurement]] = {}
    for each in measured:
        by_cause.setdefault(cause_of(each.rule, each.subject), []).append(each)
    recent = _since(opened, now - _PAUSE)
    changed: list[AlertRecord] = []
    taken: dict[tuple[str, str], datetime] = {}
    """Causes for which no alert may begin before that time."""
    for record in recent:
        cause = cause_of(record.rule, record.subject)
        if record.state is AlertState.FIRING and _goes_on(record, by_cause.get(cause, []), now):
            taken[cause] = datetime.max.replace(tzinfo=now.tzinfo)
            continue
        if record.state is AlertState.FIRING:
            record.state, record.resolved_at = AlertState.RESOLVED, now
            changed.append(record)
        until = record.started_at + behaviour_of(record.rule).pause
        taken[cause] = max(until, taken.get(cause, until))
    for each in measured:
        cause = cause_of(each.rule, each.subject)
        if each.fires and taken.get(cause, now) <= now:
            record = _begin(each, now)
            opened.add(record)
            changed.append(record)
            taken[cause] = datetime.max.replace(tzinfo=now.tzinfo)
    opened.flush()
    return [_change(record) for record in changed]


def _goes_on(record: AlertRecord, measured: Sequence[Measurement], now: datetime) -> bool:
    """Whether a firing alert goes on; updates its value."""
    own = next((each for each in measured if each.rule == record.rule), None)
    if own is not None:
        record.value = own.value
    if any(each.holds or each.fires for each in measured):
        record.last_value_at = now
        return True
    return now - record.last_value_at < behaviour_of(record.rule).calm


def _begin(measurement: Measurement, now: datetime) -> AlertRecord:
    return AlertRecord(
        rule=measurement.rule,
        subject=measurement.subject,
        value=measurement.value,
        threshold=measurement.threshold,
        started_at=now,
        last_value_at=now,
    )


def _change(record: AlertRecord) -> AlertChange:
    return AlertChange(
        id=record.id,
        rule=record.rule,
        subject=record.subject,
        state=record.state,
        value=record.value,
        threshold=record.threshold,
    )
