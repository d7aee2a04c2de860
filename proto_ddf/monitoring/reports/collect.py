"""Collects what a report contains."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    ErrorRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
    IncidentRollup,
    RecoveryAttemptRecord,
    SourceRecord,
    utc_now,
)
from proto_ddf.errors import ValidationError
from proto_ddf.monitoring.analytics.counts import curve
from proto_ddf.monitoring.analytics.error_analytics import ErrorAnalytics
from proto_ddf.monitoring.analytics.failure_tracking import FailureTracking
from proto_ddf.monitoring.analytics.patterns import after_change
from proto_ddf.monitoring.analytics.results import ErrorPoint
from proto_ddf.monitoring.analytics.time_range import TimeRange, read_range
from proto_ddf.monitoring.analytics.trends import error_points
from proto_ddf.monitoring.incident_views import OPEN
from proto_ddf.monitoring.incidents import settle
from proto_ddf.monitoring.reports.contents import (
    AppReport,
    Attempt,
    Content,
    Episode,
    ErrorEvent,
    IncidentReport,
    Note,
    Report,
    ReportedIncident,
    Summary,
)
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.monitoring.retention import discarded_errors
from proto_ddf.redaction import scrub_text

_Report = TypeVar("_Report", bound=Report)

MOST_INCIDENTS = 50
MOST_ERRORS = 100
MOST_EPISODES = 100
MOST_ATTEMPTS = 100


def collect(options: ReportOptions, clock: Callable[[], datetime]) -> Content:
    """The content of a report whose range ends at `clock()`, without secrets.

    Errors are redacted before they are stored; here also names, and what earlier releases stored.

    Raises:
        ValidationError: field "time_range" or "about".
    """
    time_range = read_range(options.time_range, clock())
    settle()
    if options.type == "summary":
        return _without_secrets(_summary(options, time_range, clock))
    with session() as opened:
        if options.type == "incident":
            return _without_secrets(_incident_report(opened, options, time_range))
        return _without_secrets(_app_report(opened, options, time_range, clock))


def _without_secrets(content: _Report) -> _Report:
    return type(content).model_validate(_scrubbed(content.model_dump()))


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub_text(str(value))
    if isinstance(value, list):
        return [_scrubbed(each) for each in value]
    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(each) for key, each in value.items()}
    return value


def _common(options: ReportOptions, time_range: TimeRange, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "time_range": options.time_range,
        "begin": time_range.begin,
        "end": time_range.end,
        "made_at": utc_now(),
    }


def _summary(
    options: ReportOptions, time_range: TimeRange, clock: Callable[[], datetime]
) -> Summary:
    analytics, tracking = ErrorAnalytics(clock), FailureTracking(clock)
    with session() as opened:
        open_incidents = _open_incidents(opened)
        apps = opened.exec(select(AppRecord.slug, AppRecord.name)).all()
        sources = opened.exec(select(SourceRecord.id, SourceRecord.name)).all()
    return Summary(
        **_common(options, time_range, "Summary of errors"),
        trends=analytics.analyze_trends(options.time_range),
        rates=tracking.rates(options.time_range),
        repair_times=tracking.repair_times(options.time_range),
        recoveries=tracking.recovery_success(options.time_range),
        patterns=analytics.analyze_patterns(options.time_range),
        open_incidents=open_incidents,
        discarded=discarded_errors((utc_now().date() - time_range.begin.date()).days),
        subjects=dict([*sources, *apps]),
    )


def _open_incidents(opened: Session) -> list[ReportedIncident]:
    last_seen, state = col(IncidentRecord.last_seen), col(IncidentRecord.state)
    query = select(IncidentRecord).where(state.in_(OPEN)).order_by(last_seen.desc())
    newest = opened.exec(query.limit(MOST_INCIDENTS)).all()
    return [_incident(each) for each in sorted(newest, key=lambda each: OPEN.index(each.state))]


def _incident_report(
    opened: Session, options: ReportOptions, time_range: TimeRange
) -> IncidentReport:
    incident = opened.get(IncidentRecord, options.about)
    if incident is None:
        raise ValidationError(
            "There is no such error.", field="about", value=options.about, code="invalid_value"
        )
    its_rollups = col(IncidentRollup.incident_id) == incident.id
    counts = curve(opened, IncidentRollup, time_range, its_rollups)
    return IncidentReport(
        **_common(options, time_range, incident.title),
        incident=_incident(incident),
        grain=time_range.grain,
        points=[ErrorPoint(at=at, errors=count) for at, count in counts.items()],
        episodes=_episodes(opened, incident.id, time_range),
        errors=_errors(opened, incident.id, time_range),
        attempts=_attempts(opened, time_range, RecoveryAttemptRecord.incident_id == incident.id),
        notes=[
            Note(at=datetime.fromisoformat(note["at"]), text=note["text"])
            for note in reversed(incident.notes)
        ],
    )


def _episodes(opened: Session, incident_id: str, time_range: TimeRange) -> list[Episode]:
    opened_at = col(IncidentEpisodeRecord.opened_at)
    resolved_at = col(IncidentEpisodeRecord.resolved_at)
    query = (
        select(opened_at, resolved_at)
        .where(
            IncidentEpisodeRecord.incident_id == incident_id,
            opened_at < time_range.until,
            resolved_at.is_(None) | (resolved_at >= time_range.begin),
        )
        .order_by(opened_at.desc())
    )
    rows = opened.exec(query.limit(MOST_EPISODES)).all()
    return [Episode(opened_at=begin, resolved_at=end) for begin, end in rows]


def _errors(opened: Session, incident_id: str, time_range: TimeRange) -> list[ErrorEvent]:
    at = col(ErrorRecord.at)
    within = (at >= time_range.begin, at < time_range.until)
    query = select(ErrorRecord).where(ErrorRecord.incident_id == incident_id, *within)
    errors = opened.exec(query.order_by(at.desc()).limit(MOST_ERRORS)).all()
    names = set(ErrorEvent.model_fields)
    return [ErrorEvent(**each.model_dump(include=names)) for each in errors]


def _attempts(opened: Session, time_range: TimeRange, wanted: Any) -> list[Attempt]:
    started = col(RecoveryAttemptRecord.started_at)
    within = (started >= time_range.begin, started < time_range.until)
    query = select(RecoveryAttemptRecord).where(wanted, *within).order_by(started.desc())
    records = opened.exec(query.limit(MOST_ATTEMPTS)).all()
    return [Attempt(**each.model_dump(include=set(Attempt.model_fields))) for each in records]


def _app_report(
    opened: Session,
    options: ReportOptions,
    time_range: TimeRange,
    clock: Callable[[], datetime],
) -> AppReport:
    app = opened.get(AppRecord, options.about)
    if app is None:
        raise ValidationError(
            "There is no such app.", field="about", value=options.about, code="app_unknown"
        )
    return AppReport(
        **_common(options, time_range, app.name),
        slug=app.slug,
        state=app.state,
        grain=time_range.grain,
        points=error_points(opened, time_range, app.slug),
        rates=FailureTracking(clock).rates(options.time_range, app.slug),
        incidents=_incidents_of(opened, app.slug, time_range),
        after_change=after_change(opened, time_range, app.slug),
        attempts=_attempts(opened, time_range, RecoveryAttemptRecord.subject == app.slug),
    )


def _incidents_of(opened: Session, slug: str, time_range: TimeRange) -> list[ReportedIncident]:
    at, number = col(ErrorRecord.at), func.sum(ErrorRecord.times)
    query = (
        select(IncidentRecord, number)
        .join(ErrorRecord, col(ErrorRecord.incident_id) == col(IncidentRecord.id))
        .where(ErrorRecord.subject == slug, at >= time_range.begin, at < time_range.until)
        .group_by(col(IncidentRecord.id))
        .order_by(number.desc(), IncidentRecord.id)
    )
    rows = opened.exec(query.limit(MOST_INCIDENTS)).all()
    return [_incident(incident).model_copy(update={"count": count}) for incident, count in rows]


def _incident(record: IncidentRecord) -> ReportedIncident:
    return ReportedIncident(**record.model_dump(include=set(ReportedIncident.model_fields)))
