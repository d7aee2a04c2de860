"""How things stand now, for the page of all errors."""

from dataclasses import asdict
from datetime import datetime, timedelta

from pydantic import BaseModel

from proto_ddf.db.tables import utc_now
from proto_ddf.monitoring import incident_news
from proto_ddf.monitoring.incident_news import IncidentLines
from proto_ddf.monitoring.incident_views import count_incidents
from proto_ddf.notify import delivery_views
from proto_ddf.notify.delivery_views import DeliveryView
from proto_ddf.operations.error_handling.configuration import current_config
from proto_ddf.operations.error_overview.circuits import OpenCircuit, open_circuits
from proto_ddf.operations.error_overview.headroom import Headroom, read_headroom
from proto_ddf.operations.error_overview.waiting import WaitingList, waiting_for_person
from proto_ddf.operations.recovery.views import RecoveryAttempt, attempts_since

RECENT = timedelta(hours=24)
"""Repairs that ended within this time are shown."""
LINES = 5
"""Of each short list."""
FIRST_LOOK = timedelta(hours=24)
"""What counts as new for somebody who has never looked."""
_PARTS = {
    "retry": "repairs",
    "circuit_breaker": "circuit breakers",
    "escalation": "escalation",
    "codegen": "Codegen",
    "notifications": "notifications",
}
"""Parts of the error handling, for people."""


class Situation(BaseModel):
    since: str = ""
    """The last look, ISO 8601 with zone."""
    is_first_look: bool = False
    """There was none: `since` is a day ago."""
    broken: int = 0
    """Open incidents."""
    news: IncidentLines = IncidentLines()
    """New or regressed since the last look."""
    escalating: IncidentLines = IncidentLines()
    repairs: list[RecoveryAttempt] = []
    """Those that run and those that ended lately, the newest first."""
    waiting: WaitingList = WaitingList()
    """For a person."""
    circuits: list[OpenCircuit] = []
    undelivered: list[DeliveryView] = []
    undelivered_count: int = 0
    headroom: Headroom = Headroom()
    switched_off: list[str] = []
    """Parts of the error handling that settings switch off, for people."""


def read_situation(last_look: str) -> Situation:
    """`last_look` is ISO 8601 with zone. One that cannot be read, or is not in the past, counts as none."""
    before = _time_of(last_look)
    since = before or utc_now() - FIRST_LOOK
    return Situation(
        since=since.isoformat(),
        is_first_look=before is None,
        broken=count_incidents(),
        news=incident_news.begun_since(since, LINES),
        escalating=incident_news.escalating(LINES),
        repairs=attempts_since(utc_now() - RECENT),
        waiting=waiting_for_person(LINES),
        circuits=open_circuits(),
        undelivered=delivery_views.undelivered(LINES),
        undelivered_count=delivery_views.undelivered_count(),
        headroom=read_headroom(),
        switched_off=_switched_off(),
    )


def _switched_off() -> list[str]:
    parts = asdict(current_config())
    return [_PARTS[name] for name, is_on in parts.items() if not is_on]


def now_text() -> str:
    """The time of a look, as `read_situation` takes it."""
    return utc_now().isoformat()


def _time_of(last_look: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(last_look)
    except ValueError:
        return None
    return at if at.tzinfo and at <= utc_now() else None
