"""Escalates incidents: one step at a time, once for each step, and never again after somebody acknowledged it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.tables import (
    EscalationLevel,
    EscalationRecord,
    IncidentRecord,
    IncidentState,
)
from proto_ddf.db.writing import write
from proto_ddf.operations.escalation import attempts
from proto_ddf.operations.escalation.codegen.availability import usable_for
from proto_ddf.operations.escalation.ladder import LEVELS, Decision, Thresholds, decide
from proto_ddf.settings import get_settings

WHO = {
    EscalationLevel.NONE: "nobody",
    EscalationLevel.CODEGEN: "Codegen",
    EscalationLevel.MANUAL: "a person",
    EscalationLevel.RESET: "a person",
}
_TITLES = {
    EscalationLevel.CODEGEN: "Codegen is asked",
    EscalationLevel.MANUAL: "A person is needed",
    EscalationLevel.RESET: "A person is needed, and a system reset is offered",
}


@dataclass(frozen=True)
class Escalation:
    """Where an incident stands, and what to say about it."""

    incident_id: str
    level: EscalationLevel
    reason: str
    """For people."""
    who: str
    """Who must act."""
    raised: bool = False
    """The level was reached by this call: it is to be told, and Codegen is to be asked."""
    title: str = ""
    """What to say; empty if there is nothing new to say."""
    text: str = ""


class EscalationManager:
    """Thread-safe, and the same from any process: the table `escalation` decides."""

    def escalate_error(self, error: Mapping[str, Any], context: Mapping[str, Any]) -> Escalation:
        """Judge an incident after its newest error.

        Args:
            error: in the form of `proto_ddf.errors.describe`.
            context: `incident_id`; `app`, the slug of the app concerned, if there is one; `nothing_left`, whether repairs
                were tried and none is left; and, if the caller knows them better, `failed_recoveries` and `tries` since the
                incident was last resolved.

        Raises:
            KeyError: without `incident_id`.
        """
        incident_id = str(context["incident_id"])
        if not get_settings().enable_escalation:
            return _quiet(incident_id, "Escalation is switched off (ENABLE_ESCALATION).")
        codegen_usable = usable_for(str(context.get("app") or ""))
        judge = partial(_judge, incident_id, error, context, codegen_usable)
        escalation = write(judge)
        if escalation.raised:
            change_events.publish(incident_id)
        return escalation


def _judge(
    incident_id: str,
    error: Mapping[str, Any],
    context: Mapping[str, Any],
    codegen_usable: bool,
    opened: Session,
) -> Escalation:
    incident = opened.get(IncidentRecord, incident_id)
    if incident is None:
        return _quiet(incident_id, "There is no such incident.")
    level = current_level(opened, incident)
    if reason := _at_rest(incident):
        return _quiet(incident_id, reason, level)
    count = attempts.count(opened, incident, context)
    thresholds = Thresholds.current(str(error.get("severity", "")))
    decision = decide(
        error,
        count,
        thresholds,
        codegen_usable=codegen_usable,
        nothing_left=bool(context.get("nothing_left")),
    )
    if LEVELS.index(decision.level) <= LEVELS.index(level):
        return _quiet(incident_id, decision.reason, level)
    opened.add(
        EscalationRecord(incident_id=incident_id, level=decision.level, reason=decision.reason)
    )
    return _raised(incident, decision, error)


def current_level(opened: Session, incident: IncidentRecord) -> EscalationLevel:
    """The highest level since the incident was last resolved."""
    query = select(EscalationRecord.level).where(
        col(EscalationRecord.incident_id) == incident.id,
        col(EscalationRecord.at) >= attempts.open_since(incident),
    )
    reached = set(opened.exec(query).all())
    return next((level for level in reversed(LEVELS) if level in reached), EscalationLevel.NONE)


def _at_rest(incident: IncidentRecord) -> str:
    """Why an incident is not escalated, whatever happens; empty if it may be."""
    if incident.resolved_at is not None:
        return "It is resolved."
    if incident.acknowledged_at is not None:
        return "Somebody has acknowledged it."
    return "It is muted." if incident.state == IncidentState.MUTED else ""


def _quiet(
    incident_id: str, reason: str, level: EscalationLevel = EscalationLevel.NONE
) -> Escalation:
    return Escalation(incident_id, level, reason, WHO[level])


def _raised(incident: IncidentRecord, decision: Decision, error: Mapping[str, Any]) -> Escalation:
    parts = (incident.message, decision.reason, str(error.get("hint") or ""))
    return Escalation(
        incident_id=incident.id,
        level=decision.level,
        reason=decision.reason,
        who=WHO[decision.level],
        raised=True,
        title=f"{_TITLES[decision.level]}: {incident.title}",
        text=" ".join(filter(None, parts)),
    )
