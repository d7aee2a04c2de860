"""Alerts in words, as pages show them and notifications say them."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import delete
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import AlertRecord, AlertState, AppRecord, SourceRecord
from proto_ddf.db.writing import write
from proto_ddf.monitoring.alerts.words import Priority, words_of


class Alert(BaseModel):
    """One alert, in words. Times are ISO 8601 with zone."""

    id: str
    rule: str
    state: str
    title: str
    message: str
    hint: str
    link: str
    priority: Priority
    started_at: str
    resolved_at: str


class Unnotified(BaseModel):
    """An alert whose present state nobody was notified of."""

    alert: Alert
    is_new: bool
    """Nobody was notified of its beginning either."""


def firing_alerts() -> list[Alert]:
    """Those that fire now, critical ones first, then the newest."""
    firing = select(AlertRecord).where(AlertRecord.state == AlertState.FIRING)
    with session() as opened:
        records = opened.exec(firing.order_by(col(AlertRecord.started_at).desc())).all()
        found = [_view(opened, each) for each in records]
    return sorted(found, key=lambda each: each.priority != "critical")


def is_any_firing() -> bool:
    with session() as opened:
        query = select(AlertRecord.id).where(AlertRecord.state == AlertState.FIRING)
        return opened.exec(query).first() is not None


def unnotified_alerts() -> list[Unnotified]:
    """Alerts that began or were resolved since `mark_notified`, oldest first."""
    notified = col(AlertRecord.notified_state)
    with session() as opened:
        query = select(AlertRecord).where(notified.is_(None) | (notified != AlertRecord.state))
        records = opened.exec(query.order_by(col(AlertRecord.started_at))).all()
        return [
            Unnotified(alert=_view(opened, each), is_new=each.notified_state is None)
            for each in records
        ]


def mark_notified(alert_id: str, state: str) -> None:
    """People were notified of this state."""

    def change(opened: Session) -> None:
        record = opened.get(AlertRecord, alert_id)
        if record is not None:
            record.notified_state = AlertState(state)

    write(change)


def prune_alerts(before: datetime) -> int:
    """Remove alerts that were resolved before that time; returns how many."""

    def change(opened: Session) -> int:
        over = select(AlertRecord).where(col(AlertRecord.resolved_at) < before)
        ids = [each.id for each in opened.exec(over).all()]
        opened.execute(delete(AlertRecord).where(col(AlertRecord.id).in_(ids)))
        return len(ids)

    return write(change)


def _view(opened: Session, record: AlertRecord) -> Alert:
    words = words_of(record.rule)
    named = {
        "subject": _name(opened, record),
        "id": record.subject,
        "rule": record.rule,
        "value": record.value,
        "threshold": record.threshold,
    }
    return Alert(
        id=record.id,
        rule=record.rule,
        state=record.state,
        title=words.title.format(**named),
        message=words.message.format(**named),
        hint=words.hint,
        link=words.link.format(**named),
        priority=words.priority,
        started_at=record.started_at.isoformat(),
        resolved_at=record.resolved_at.isoformat() if record.resolved_at else "",
    )


def _name(opened: Session, record: AlertRecord) -> str:
    """The subject's name for people."""
    if record.rule in {"breaker_trip", "network_errors"}:
        system, _, target = record.subject.partition(":")
        kind = system.replace("_", " ")
        return f"{target} ({kind})" if target else kind.capitalize()
    if record.rule in {"failing_operations", "slow_operations"}:
        return record.subject.replace("_", " ").capitalize()
    app = opened.get(AppRecord, record.subject)
    source = opened.get(SourceRecord, record.subject)
    return app.name if app else source.name if source else record.subject
