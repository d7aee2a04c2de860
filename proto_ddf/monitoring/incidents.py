"""Incidents: the rules of their states, and what people do with them.

An incident is, in this order:

- muted: by hand, for ever or until a time. Errors are counted; the state stays until then.
- resolved: by hand, or when the operations of all its open errors succeeded, or what they are about works again.
- escalating: at least 10 errors came within the last hour, and at least three times as many as in the hour before.
- regressed: an error came after it was resolved, and nobody has acknowledged that.
- new: until it is acknowledged or an hour old.
- ongoing: otherwise.

The stored state is that of the last change. Time alone changes it too, which `settle` writes.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ErrorRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
    IncidentState,
    utc_now,
)
from proto_ddf.db.writing import PATIENCE_SECONDS, write
from proto_ddf.errors import ValidationError
from proto_ddf.logs import get_logger
from proto_ddf.monitoring.reported import ReportedError
from proto_ddf.redaction import scrub_text

HOUR = timedelta(hours=1)
ESCALATING_ERRORS = 10
ESCALATING_TIMES = 3
LONGEST_NOTE = 2000

log = get_logger(__name__)

_id, _state = col(IncidentRecord.id), col(IncidentRecord.state)
_of, _at = col(ErrorRecord.incident_id), col(ErrorRecord.at)


def by_fingerprint(opened: Session, keys: Collection[str]) -> dict[str, IncidentRecord]:
    """The incidents that there are."""
    known = opened.exec(
        select(IncidentRecord).where(col(IncidentRecord.fingerprint).in_(keys))
    ).all()
    return {incident.fingerprint: incident for incident in known}


def add_errors(
    opened: Session, incident: IncidentRecord | None, errors: Sequence[ReportedError]
) -> IncidentRecord:
    """Add errors with one fingerprint to their incident, which is made if there is none. The caller holds the write lock,
    flushes, inserts the errors, calls `judge`, and commits."""
    first, last = errors[0], errors[-1]
    if incident is None:
        incident = _make(first)
        _open_episode(opened, incident, first.at)
    elif incident.resolved_at is not None:
        incident.resolved_at, incident.acknowledged_at = None, None
        incident.regressed_at = first.at
        _open_episode(opened, incident, first.at)
    incident.count += sum(each.times for each in errors)
    incident.last_seen = max(incident.last_seen, *(each.at for each in errors))
    incident.title, incident.message = last.columns["title"], last.columns["message"]
    opened.add(incident)
    return incident


def judge(opened: Session, incident: IncidentRecord, now: datetime) -> None:
    """Set the state of an incident after errors were added. How long it stays escalating, `settle` decides."""
    if incident.state != IncidentState.ESCALATING:
        incident.state = _state_now(opened, incident, now)


def resolve_operation(opened: Session, operation_id: str, now: datetime) -> list[str]:
    """Resolve the errors of an operation, and the incidents that have no open error left; returns their ids."""
    return resolve_errors(opened, col(ErrorRecord.operation_id) == operation_id, now)


def resolve_errors(opened: Session, which: ColumnElement[bool], now: datetime) -> list[str]:
    """Resolve those of these errors that are open, and the incidents that have no open error left; returns their ids."""
    unresolved = (which, col(ErrorRecord.resolved_at).is_(None))
    touched = opened.exec(select(_of).where(*unresolved, _of.is_not(None)).distinct()).all()
    opened.execute(update(ErrorRecord).where(*unresolved).values(resolved_at=now))
    still_open = select(_of).where(_of == _id, col(ErrorRecord.resolved_at).is_(None)).exists()
    over = opened.exec(select(IncidentRecord).where(_id.in_(touched), ~still_open)).all()
    for incident in over:
        incident.resolved_at = now
        _close_episodes(opened, incident, now)
        incident.state = _state_now(opened, incident, now)
    return [incident.id for incident in over]


def settle(now: datetime | None = None) -> None:
    """Write the states that only the time has changed."""
    at = now or utc_now()
    due = (
        (_state == IncidentState.ESCALATING)
        | ((_state == IncidentState.NEW) & (col(IncidentRecord.first_seen) <= at - HOUR))
        | ((_state == IncidentState.MUTED) & (col(IncidentRecord.muted_until) <= at))
    )
    with session() as opened:
        changed = [
            incident.id
            for incident in opened.exec(select(IncidentRecord).where(due)).all()
            if _state_now(opened, incident, at) != incident.state
        ]
    for incident_id in changed:
        try:
            _change(incident_id, lambda _opened, _incident: None, at, patience=0.0)
        except OperationalError as error:  # a full disk must not keep anybody from reading the list
            log.warning("state of an incident not written", reason=str(error.orig))


def acknowledge(incident_id: str) -> None:
    """Somebody knows of it: it is new or regressed no longer."""

    def change(_opened: Session, incident: IncidentRecord) -> None:
        incident.acknowledged_at = utc_now()

    _change(incident_id, change)


def mute(incident_id: str, period: timedelta | None) -> None:
    """Mute it for that long; None: for ever."""

    def change(_opened: Session, incident: IncidentRecord) -> None:
        incident.muted_for_ever = period is None
        incident.muted_until = utc_now() + period if period else None

    _change(incident_id, change)


def unmute(incident_id: str) -> None:
    """It gets the state that it would have if it had never been muted."""
    _change(incident_id, _unmute)


def resolve(incident_id: str) -> None:
    """Resolve it by hand, with its open errors. It is not muted any longer, so that the next error is noticed."""

    def change(opened: Session, incident: IncidentRecord) -> None:
        now = utc_now()
        unresolved = (_of == incident.id, col(ErrorRecord.resolved_at).is_(None))
        opened.execute(update(ErrorRecord).where(*unresolved).values(resolved_at=now))
        incident.resolved_at = now
        _close_episodes(opened, incident, now)
        _unmute(opened, incident)

    _change(incident_id, change)


def add_note(incident_id: str, text: str) -> None:
    """Add a note, without secrets.

    Raises:
        ValidationError: field "note", when it is empty or longer than 2,000 characters.
    """
    trimmed = text.strip()
    if not trimmed:
        raise ValidationError("The note is empty.", "note", "", code="note_empty")
    if len(trimmed) > LONGEST_NOTE:
        raise ValidationError(
            "The note is too long.",
            "note",
            f"{trimmed[:20]}…",
            code="note_too_long",
            length=len(trimmed),
            maximum=LONGEST_NOTE,
        )
    note = {"at": utc_now().isoformat(), "text": scrub_text(trimmed)}

    def change(_opened: Session, incident: IncidentRecord) -> None:
        incident.notes = [*incident.notes, note]

    _change(incident_id, change)


def _make(error: ReportedError) -> IncidentRecord:
    return IncidentRecord(
        id=error.incident_id,
        fingerprint=error.fingerprint,
        **{name: error.columns[name] for name in ("code", "component", "title", "message")},
        **error.described,
        first_seen=error.at,
        last_seen=error.at,
        count=0,
        notes=[],  # SQLModel takes long to find out how to call `list`
    )


def _open_episode(opened: Session, incident: IncidentRecord, at: datetime) -> None:
    opened.add(IncidentEpisodeRecord(incident_id=incident.id, opened_at=at))


def _close_episodes(opened: Session, incident: IncidentRecord, at: datetime) -> None:
    its_open = (
        col(IncidentEpisodeRecord.incident_id) == incident.id,
        col(IncidentEpisodeRecord.resolved_at).is_(None),
    )
    opened.execute(update(IncidentEpisodeRecord).where(*its_open).values(resolved_at=at))


def _unmute(_opened: Session, incident: IncidentRecord) -> None:
    incident.muted_until, incident.muted_for_ever = None, False


def _change(
    incident_id: str,
    change: Callable[[Session, IncidentRecord], None],
    now: datetime | None = None,
    *,
    patience: float = PATIENCE_SECONDS,
) -> None:
    """Change an incident, write the state that follows, and publish it. Without the incident nothing happens."""

    def change_and_judge(opened: Session) -> None:
        incident = opened.get(IncidentRecord, incident_id)
        if incident is not None:
            change(opened, incident)
            incident.state = _state_now(opened, incident, now or utc_now())

    write(change_and_judge, patience=patience)
    change_events.publish(incident_id)


def _state_now(opened: Session, incident: IncidentRecord, now: datetime) -> IncidentState:
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
    counted = select(times, in_last_hour).where(_of == incident.id, _at > now - 2 * HOUR)
    both, last_hour = opened.exec(counted).one()
    return last_hour >= ESCALATING_ERRORS and last_hour >= ESCALATING_TIMES * (both - last_hour)
