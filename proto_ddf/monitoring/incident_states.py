"""The rules of the states of incidents.

An incident is, in this order:

- muted: by hand, for ever or until a time. Errors are counted; the state stays until then.
- resolved: by hand, or when the operations of all its open errors succeeded, or what they are about works again.
- escalating: at least 10 errors came within the last hour, and at least three times as many as in the hour before.
- regressed: an error came after it was resolved, and nobody has acknowledged that.
- new: until it is acknowledged or an hour old.
- ongoing: otherwise.
"""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf.db.tables import ErrorRecord, IncidentRecord, IncidentState

HOUR = timedelta(hours=1)
ESCALATING_ERRORS = 10
ESCALATING_TIMES = 3

_at = col(ErrorRecord.at)


def state_now(opened: Session, incident: IncidentRecord, now: datetime) -> IncidentState:
    if incident.muted_for_ever or (incident.muted_until and incident.muted_until > now):
        return IncidentState.MUTED
    if incident.resolved_at is not None:
        return IncidentState.RESOLVED
    if _is_escalating(opened, incident, now):
        return IncidentState.ESCALATING
    acknowledged = incident.acknowledged_at is not None
    if incident.regressed_at is not None and not acknowledged:
        return IncidentState.REGRESSED
    is_new = not acknowledged and incident.first_seen > now - HOUR
    return IncidentState.NEW if is_new else IncidentState.ONGOING


def _is_escalating(opened: Session, incident: IncidentRecord, now: datetime) -> bool:
    if incident.count < ESCALATING_ERRORS or incident.last_seen <= now - HOUR:
        return False
    times = func.coalesce(func.sum(ErrorRecord.times), 0)
    in_last_hour = func.coalesce(func.sum(ErrorRecord.times).filter(_at > now - HOUR), 0)
    counted = select(times, in_last_hour).where(
        ErrorRecord.incident_id == incident.id, _at > now - 2 * HOUR
    )
    both, last_hour = opened.exec(counted).one()
    return last_hour >= ESCALATING_ERRORS and last_hour >= ESCALATING_TIMES * (both - last_hour)
