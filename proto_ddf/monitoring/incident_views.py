"""Incidents as pages show them."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from sqlalchemy import case
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AppRecord,
    ErrorRecord,
    IncidentRecord,
    IncidentState,
    SourceRecord,
)
from proto_ddf.monitoring.error_views import errors_where
from proto_ddf.monitoring.incidents import settle

LAST_ERRORS = 50
"""Errors of one incident that its page shows."""
SEARCHED_ERRORS = 500
"""Newest errors in which what an incident affects is looked for."""
OPEN = (
    IncidentState.ESCALATING,
    IncidentState.REGRESSED,
    IncidentState.NEW,
    IncidentState.ONGOING,
)
"""The states of what is broken now, the most urgent first."""


class Affected(BaseModel):
    """An app or a source that errors of an incident concern."""

    kind: str
    """app or source."""
    id: str
    """The slug of an app, the id of a source."""
    name: str


class Incident(BaseModel):
    """One incident. Times are ISO 8601 with zone."""

    id: str
    severity: str
    title: str
    message: str
    state: str
    first_seen: str
    last_seen: str
    count: int
    muted_until: str | None
    acknowledged_at: str | None
    resolved_at: str | None
    notes: list[dict[str, str]]
    """Newest first."""
    last_error: dict[str, Any] | None = None
    """Its newest error that is still kept, in the format of `error_views.recent_errors`."""


class IncidentDetails(BaseModel):
    """One incident with what its page shows besides."""

    incident: Incident
    errors: list[dict[str, Any]]
    """The newest errors first, in the format of `error_views.recent_errors`."""
    affected: list[Affected]


def recent_incidents(limit: int, state: str = "") -> list[Incident]:
    """What is broken now, the most urgent first; with `state` the incidents in that state, the latest first."""
    settle()
    wanted = (IncidentState(state),) if state else OPEN
    recorded_state = col(IncidentRecord.state)
    urgency = case(*((recorded_state == each, rank) for rank, each in enumerate(OPEN)))
    query = (
        select(IncidentRecord)
        .where(recorded_state.in_(wanted))
        .order_by(urgency, col(IncidentRecord.last_seen).desc())
        .limit(limit)
    )
    with session() as opened:
        records = opened.exec(query).all()
        return [_view(each, _errors(opened, each.id, 1)) for each in records]


def read_incident(incident_id: str) -> IncidentDetails | None:
    """One incident; None if there is none of that id."""
    settle()
    with session() as opened:
        record = opened.get(IncidentRecord, incident_id)
        if record is None:
            return None
        errors = _errors(opened, incident_id, LAST_ERRORS)
        return IncidentDetails(
            incident=_view(record, errors),
            errors=errors,
            affected=_affected(opened, incident_id),
        )


def _errors(opened: Session, incident_id: str, limit: int) -> list[dict[str, Any]]:
    return errors_where(opened, limit, ErrorRecord.incident_id == incident_id)


def _view(record: IncidentRecord, errors: Iterable[dict[str, Any]]) -> Incident:
    return Incident(
        **record.model_dump(mode="json", include=set(Incident.model_fields) - {"notes"}),
        notes=record.notes[::-1],
        last_error=next(iter(errors), None),
    )


def _affected(opened: Session, incident_id: str) -> list[Affected]:
    """The apps and sources that its newest errors concern and that still exist."""
    newest = (
        select(ErrorRecord.subject)
        .where(ErrorRecord.incident_id == incident_id, ErrorRecord.subject != "")
        .order_by(col(ErrorRecord.at).desc())
        .limit(SEARCHED_ERRORS)
        .subquery()
    )
    subjects = select(newest.c.subject)
    slug, source_id = col(AppRecord.slug), col(SourceRecord.id)
    apps = select(slug, AppRecord.name).where(slug.in_(subjects))
    sources = select(source_id, SourceRecord.name).where(
        source_id.in_(subjects) | col(SourceRecord.name).in_(subjects)
    )
    return [
        Affected(kind=kind, id=found_id, name=name)
        for kind, query in (("app", apps), ("source", sources))
        for found_id, name in opened.exec(query).all()
    ]
