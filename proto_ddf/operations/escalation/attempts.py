"""How often somebody or something tried to end an incident since it was last resolved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from proto_ddf.db.tables import ErrorRecord, IncidentRecord, OperationRecord


def open_since(incident: IncidentRecord) -> datetime:
    """When the first error came that is not resolved yet."""
    return incident.regressed_at or incident.first_seen


def count(opened: Session, incident: IncidentRecord, context: Mapping[str, Any]) -> int:
    """Tries and failed recoveries. `context` may give their numbers as `tries` and `failed_recoveries`."""
    tries = context.get("tries")
    failed = context.get("failed_recoveries") or 0
    return (_tries(opened, incident) if tries is None else int(tries)) + int(failed)


def _tries(opened: Session, incident: IncidentRecord) -> int:
    """The runs of its operations after the first that failed since then. A run that a crash interrupted is renewed, so
    the number of runs alone would say too much."""
    failures = (
        select(col(ErrorRecord.operation_id), func.sum(ErrorRecord.times).label("failures"))
        .where(
            col(ErrorRecord.incident_id) == incident.id,
            col(ErrorRecord.at) >= open_since(incident),
        )
        .group_by(col(ErrorRecord.operation_id))
        .subquery()
    )
    query = select(OperationRecord.run, failures.c.failures).join(
        failures, failures.c.operation_id == col(OperationRecord.id)
    )
    return sum(min(run - 1, failed) for run, failed in opened.exec(query).all())
