"""Errors as pages show them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import ErrorBodyRecord, ErrorRecord, IncidentRecord
from proto_ddf.monitoring.bodies import read_body


def recent_errors(limit: int = 50) -> list[dict[str, Any]]:
    """The newest errors first, as dicts that JSON can hold: ErrorRecord's fields, `context`, and what else describes the
    error. Times are ISO 8601 with zone."""
    with session() as opened:
        return errors_where(opened, limit)


def newest_errors(opened: Session, incident_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The newest error of each incident that has one, by the incident's id, in the format of `recent_errors`."""
    newest = (
        select(ErrorRecord.id)
        .where(col(ErrorRecord.incident_id) == col(IncidentRecord.id))
        .order_by(col(ErrorRecord.at).desc())
        .limit(1)
        .correlate(IncidentRecord)
        .scalar_subquery()
    )
    ids = select(newest).where(col(IncidentRecord.id).in_(incident_ids))
    found = errors_where(opened, len(incident_ids), col(ErrorRecord.id).in_(ids))
    return {each["incident_id"]: each for each in found}


def errors_where(opened: Session, limit: int, *conditions: Any) -> list[dict[str, Any]]:
    """The newest errors first that the conditions fit, in the format of `recent_errors`."""
    query = (
        select(ErrorRecord, ErrorBodyRecord.body)
        .join(ErrorBodyRecord, isouter=True)
        .where(*conditions)
        .order_by(col(ErrorRecord.at).desc())
        .limit(limit)
    )
    return [
        {**read_body(body), **record.model_dump(mode="json")}
        for record, body in opened.exec(query).all()
    ]
