"""The escalations of an incident as its page shows them."""

from pydantic import BaseModel
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import EscalationRecord, IncidentRecord
from proto_ddf.operations.escalation.attempts import open_since
from proto_ddf.operations.escalation.manager import WHO


class EscalationView(BaseModel):
    """One step of an incident. Times are ISO 8601 with zone."""

    level: str
    """codegen, manual or reset."""
    who: str
    """Who must act."""
    reason: str
    at: str
    state: str
    """open, acknowledged, or over once the incident was resolved."""


def escalations_of(incident_id: str) -> list[EscalationView]:
    """The newest first."""
    newest_first = col(EscalationRecord.at).desc()
    query = select(EscalationRecord).where(col(EscalationRecord.incident_id) == incident_id)
    with session() as opened:
        incident = opened.get(IncidentRecord, incident_id)
        records = opened.exec(query.order_by(newest_first)).all() if incident else []
    return [
        EscalationView(
            level=record.level,
            who=WHO[record.level],
            reason=record.reason,
            at=record.at.isoformat(),
            state=_state(record, incident),
        )
        for record in records
        if incident
    ]


def _state(record: EscalationRecord, incident: IncidentRecord) -> str:
    if incident.resolved_at is not None or record.at < open_since(incident):
        return "over"
    return "open" if incident.acknowledged_at is None else "acknowledged"
