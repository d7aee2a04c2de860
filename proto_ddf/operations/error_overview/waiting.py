"""What waits for a person: escalations that nobody has acknowledged, and pull requests to review or apply."""

from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    CodegenRunRecord,
    EscalationLevel,
    EscalationRecord,
    IncidentRecord,
    IncidentState,
)

_FOR_PERSONS = (EscalationLevel.MANUAL, EscalationLevel.RESET)
_PULLS = {
    "merged": "A pull request of Codegen is merged: apply it",
    "open": "A pull request of Codegen is open: review it",
}

_open_since = func.coalesce(col(IncidentRecord.regressed_at), col(IncidentRecord.first_seen))
_is_open = (col(IncidentRecord.resolved_at).is_(None)) & (
    col(IncidentRecord.state) != IncidentState.MUTED
)


class Waiting(BaseModel):
    """Something that a person must do about an incident."""

    incident_id: str
    title: str
    """Of the incident."""
    what: str
    """For people."""
    at: str
    """Since when, ISO 8601 with zone."""


class WaitingList(BaseModel):
    """The first of so many."""

    total: int = 0
    listed: list[Waiting] = []


def waiting_for_person(limit: int) -> WaitingList:
    """The newest first. Pull requests are as they were when they were last looked at."""
    with session() as opened:
        found = [*_escalations(opened), *_pull_requests(opened)]
    found.sort(key=lambda each: each.at, reverse=True)
    return WaitingList(total=len(found), listed=found[:limit])


def _escalations(opened: Session) -> list[Waiting]:
    """The last escalation of each incident."""
    at = col(EscalationRecord.at)
    query = (
        select(IncidentRecord, EscalationRecord)
        .join(EscalationRecord, col(EscalationRecord.incident_id) == col(IncidentRecord.id))
        .where(
            col(EscalationRecord.level).in_(_FOR_PERSONS),
            at >= _open_since,
            _is_open,
            col(IncidentRecord.acknowledged_at).is_(None),
        )
        .order_by(at)
    )
    last = {incident.id: (incident, escalation) for incident, escalation in opened.exec(query)}
    return [
        Waiting(
            incident_id=incident.id,
            title=incident.title,
            what=escalation.reason,
            at=escalation.at.isoformat(),
        )
        for incident, escalation in last.values()
    ]


def _pull_requests(opened: Session) -> list[Waiting]:
    query = (
        select(IncidentRecord, CodegenRunRecord)
        .join(CodegenRunRecord, col(CodegenRunRecord.incident_id) == col(IncidentRecord.id))
        .where(
            col(CodegenRunRecord.pull_state).in_(_PULLS),
            col(CodegenRunRecord.applied_at).is_(None),
            _is_open,
        )
    )
    return [
        Waiting(
            incident_id=incident.id,
            title=incident.title,
            what=_PULLS[run.pull_state],
            at=run.created_at.isoformat(),
        )
        for incident, run in opened.exec(query).all()
    ]
