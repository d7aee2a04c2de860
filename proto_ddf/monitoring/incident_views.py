"""Incidents as pages show them."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import case, func
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ErrorRecord, IncidentRecord, IncidentState
from proto_ddf.monitoring.affected import Affected, affected_by
from proto_ddf.monitoring.error_views import errors_where, newest_errors
from proto_ddf.monitoring.incidents import settle

LAST_ERRORS = 50
"""Errors of one incident that its page shows."""
LONGEST_NAME = 90
SEARCHED_ERRORS = 500
"""Newest errors in which what an incident affects is looked for."""
SEARCHED_IN_LIST = 50
"""The same, of each incident of a list."""
OPEN = (
    IncidentState.ESCALATING,
    IncidentState.REGRESSED,
    IncidentState.NEW,
    IncidentState.ONGOING,
)
"""The states of what is broken now, the most urgent first."""


class Incident(BaseModel):
    """One incident. Times are ISO 8601 with zone."""

    id: str
    type: str
    severity: str
    component: str
    """The part of Proto-DDF or the external system that failed; empty if it is not known."""
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
    affected: list[Affected] = []
    last_error: dict[str, Any] | None = None
    """Its newest error that is still kept, in the format of `error_views.recent_errors`."""


class IncidentDetails(BaseModel):
    """One incident with what its page shows besides."""

    incident: Incident
    errors: list[dict[str, Any]]
    """The newest errors first, in the format of `error_views.recent_errors`."""


def recent_incidents(limit: int, state: str = "") -> list[Incident]:
    """What is broken now, the most urgent first; with `state` the incidents in that state, the latest first."""
    settle()
    wanted = _states(state)
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
        ids = [each.id for each in records]
        affected = affected_by(opened, ids, SEARCHED_IN_LIST)
        newest = newest_errors(opened, ids)
        return [_view(each, newest.get(each.id), affected[each.id]) for each in records]


def count_incidents(state: str = "") -> int:
    """How many incidents are broken now; with `state` how many are in that state."""
    wanted = col(IncidentRecord.state).in_(_states(state))
    with session() as opened:
        return opened.exec(select(func.count()).where(wanted)).one()


def incident_names(limit: int) -> list[tuple[str, str]]:
    """The ids of incidents and their names, to choose one of them; open ones first, then by when they were last seen."""
    recorded_state = col(IncidentRecord.state)
    query = (
        select(IncidentRecord.id, IncidentRecord.title, IncidentRecord.message)
        .order_by(recorded_state.in_(OPEN).desc(), col(IncidentRecord.last_seen).desc())
        .limit(limit)
    )
    with session() as opened:
        rows = opened.exec(query).all()
    return [(incident_id, _cut(f"{title}: {message}")) for incident_id, title, message in rows]


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def read_incident(incident_id: str) -> IncidentDetails | None:
    """One incident; None if there is none of that id."""
    settle()
    with session() as opened:
        record = opened.get(IncidentRecord, incident_id)
        if record is None:
            return None
        errors = errors_where(opened, LAST_ERRORS, ErrorRecord.incident_id == incident_id)
        affected = affected_by(opened, [incident_id], SEARCHED_ERRORS)[incident_id]
        shown = _view(record, errors[0] if errors else None, affected)
        return IncidentDetails(incident=shown, errors=errors)


def _states(state: str) -> Sequence[IncidentState]:
    return (IncidentState(state),) if state else OPEN


def _view(
    record: IncidentRecord, newest: dict[str, Any] | None, affected: list[Affected]
) -> Incident:
    return Incident(
        **record.model_dump(mode="json", include=set(Incident.model_fields) - {"notes"}),
        notes=record.notes[::-1],
        affected=affected,
        last_error=newest,
    )
