"""Errors and incidents as pages list them."""

import json
from typing import Any

from pydantic import BaseModel

from proto_ddf.errors.next_attempt import next_attempt_at
from proto_ddf.monitoring.affected import Affected
from proto_ddf.monitoring.incident_views import Incident


class ErrorRow(BaseModel):
    """One recorded error as lists show it."""

    id: str = ""
    at: str = ""
    incident_id: str = ""
    operation: str = ""
    operation_id: str = ""
    error_type: str = ""
    title: str = ""
    message: str = ""
    hint: str = ""
    details: str = ""
    can_retry: bool = False
    retry_at: str = ""
    """When a retry becomes possible; empty if it is possible now."""
    resolved: bool = False


class NoteRow(BaseModel):
    at: str
    text: str


class IncidentRow(BaseModel):
    """One incident as lists and its page show it."""

    id: str = ""
    title: str = ""
    message: str = ""
    state: str = ""
    type: str = ""
    severity: str = ""
    component: str = ""
    count: int = 0
    first_seen: str = ""
    last_seen: str = ""
    muted_until: str = ""
    """Empty if it is not muted, or for ever."""
    acknowledged_at: str = ""
    resolved_at: str = ""
    notes: list[NoteRow] = []
    """Newest first."""
    affected: list[Affected] = []
    error: ErrorRow = ErrorRow()
    """Its newest error; without an id if none is kept any more."""


def error_row(record: dict[str, Any]) -> ErrorRow:
    """The row of a record from `monitoring.error_views.recent_errors`."""
    context = {"code": record["code"], **record["context"]}
    if record["operation_id"]:
        context["operation_id"] = record["operation_id"]
    resolved = record["resolved_at"] is not None
    can_retry = bool(record["retry_possible"] and record["operation_id"] and not resolved)
    return ErrorRow(
        **{
            name: record[name]
            for name in ("id", "at", "operation", "error_type", "title", "message", "hint")
        },
        incident_id=record["incident_id"] or "",
        operation_id=record["operation_id"] or "",
        details=json.dumps(context, indent=2, default=str, sort_keys=True),
        can_retry=can_retry,
        retry_at=next_attempt_at(record) if can_retry else "",
        resolved=resolved,
    )


def incident_row(incident: Incident) -> IncidentRow:
    shown = {
        *("id", "type", "title", "message", "state", "severity", "component"),
        *("count", "first_seen", "last_seen"),
    }
    return IncidentRow(
        **incident.model_dump(include=shown),
        muted_until=(incident.state == "muted" and incident.muted_until) or "",
        acknowledged_at=incident.acknowledged_at or "",
        resolved_at=(incident.state == "resolved" and incident.resolved_at) or "",
        notes=[NoteRow(**note) for note in incident.notes],
        affected=incident.affected,
        error=error_row(incident.last_error) if incident.last_error else ErrorRow(),
    )
