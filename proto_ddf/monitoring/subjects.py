"""The end of errors about a subject that works again."""

from sqlmodel import col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import ErrorRecord, IncidentRecord, utc_now
from proto_ddf.db.writing import write
from proto_ddf.monitoring.incidents import resolve_errors


def resolve_subject(subject: str, code: str) -> None:
    """Resolve the errors of a code about one subject, and the incidents that have no open error left."""
    unresolved = select(IncidentRecord.id).where(
        IncidentRecord.code == code, col(IncidentRecord.resolved_at).is_(None)
    )
    about = (col(ErrorRecord.subject) == subject) & col(ErrorRecord.incident_id).in_(unresolved)
    with session() as opened:  # mostly there are none, which needs no write
        found = opened.exec(select(ErrorRecord.id).where(about).limit(1)).first()
    if found:
        for incident_id in write(lambda opened: resolve_errors(opened, about, utc_now())):
            change_events.publish(incident_id)
