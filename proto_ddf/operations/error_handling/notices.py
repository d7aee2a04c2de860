"""What is told about an incident, and how urgently."""

from collections.abc import Mapping
from types import MappingProxyType

from proto_ddf.db.tables import IncidentRecord, IncidentState
from proto_ddf.notify.notification import Notification, Priority, Reason
from proto_ddf.operations.escalation.attempts import open_since
from proto_ddf.operations.escalation.manager import Escalation

_PRIORITIES: Mapping[str, Priority] = MappingProxyType(
    {"low": "low", "medium": "normal", "high": "high", "critical": "critical"}
)
_STATES: Mapping[IncidentState, tuple[Reason, str]] = MappingProxyType(
    {
        IncidentState.NEW: ("new", "New error"),
        IncidentState.REGRESSED: ("regressed", "Error is back"),
        IncidentState.ESCALATING: ("escalating", "More and more errors"),
    }
)


def about_escalation(
    incident: IncidentRecord, escalation: Escalation, why: str = ""
) -> Notification:
    """`why`: the last repair did not help, in words for people."""
    text = f"{escalation.text} {why}".strip()
    return _notification(incident, "escalated", escalation.title, text, escalation.level)


def about_state(incident: IncidentRecord) -> Notification | None:
    """None if its state is no news, or it is not severe enough to tell of."""
    told = _STATES.get(incident.state)
    if told is None or incident.severity == "low":
        return None
    reason, heading = told
    return _notification(incident, reason, f"{heading}: {incident.title}", incident.message, "")


def about_failed_recovery(incident: IncidentRecord, repair: str, why: str) -> Notification:
    """`why`: the repair did not help, in words for people."""
    text = f"{why} The error was: {incident.message}"
    return _notification(
        incident, "recovery_failed", f"A repair failed: {incident.title}", text, repair
    )


def _notification(
    incident: IncidentRecord, reason: Reason, title: str, text: str, what: str
) -> Notification:
    """`what` tells apart notifications of one reason while the incident is open."""
    return Notification(
        incident_id=incident.id,
        reason=reason,
        priority=_PRIORITIES.get(incident.severity, "normal"),
        title=title,
        text=text,
        link=f"/errors/{incident.id}",
        key=f"{what} since {open_since(incident):%Y-%m-%d %H:%M:%S.%f}",
    )
