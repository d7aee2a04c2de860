"""Incidents that call for somebody's attention, in one line each."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import IncidentRecord, IncidentState
from proto_ddf.monitoring.incident_views import OPEN
from proto_ddf.monitoring.incidents import settle

UNSEEN = (IncidentState.ESCALATING, IncidentState.REGRESSED, IncidentState.NEW)
"""States that call for attention until somebody acknowledges them."""

_state, _id = col(IncidentRecord.state), col(IncidentRecord.id)
_first_seen, _last_seen = col(IncidentRecord.first_seen), col(IncidentRecord.last_seen)
_regressed_at = col(IncidentRecord.regressed_at)


class IncidentLine(BaseModel):
    """An incident in a short list. Times are ISO 8601 with zone."""

    id: str
    title: str
    message: str
    state: str
    count: int
    last_seen: str


class IncidentLines(BaseModel):
    """The first of so many incidents."""

    total: int = 0
    lines: list[IncidentLine] = []


def unacknowledged(limit: int) -> IncidentLines:
    """Incidents that are new, regressed or escalating and that nobody has acknowledged, the last seen first."""
    settle()
    return _lines(
        limit,
        _last_seen.desc(),
        _state.in_(UNSEEN),
        col(IncidentRecord.acknowledged_at).is_(None),
    )


def begun_since(since: datetime, limit: int) -> IncidentLines:
    """Open incidents whose first error came after that time, or that regressed after it, the newest first."""
    begun = func.coalesce(_regressed_at, _first_seen)
    return _lines(limit, begun.desc(), _state.in_(OPEN), begun > since)


def escalating(limit: int) -> IncidentLines:
    """Those with the most errors first."""
    most = col(IncidentRecord.count).desc()
    return _lines(limit, most, _state == IncidentState.ESCALATING)


def _lines(limit: int, order: Any, *conditions: Any) -> IncidentLines:
    listed = select(IncidentRecord).where(*conditions).order_by(order, _id).limit(limit)
    with session() as opened:
        total = opened.exec(select(func.count()).where(*conditions)).one()
        records = opened.exec(listed).all()
    shown = set(IncidentLine.model_fields)
    lines = [IncidentLine(**each.model_dump(mode="json", include=shown)) for each in records]
    return IncidentLines(total=total, lines=lines)
