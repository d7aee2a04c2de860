"""Incidents: what changes them, and what people do with them.

`incident_states` has the rules of their states. The stored state is that of the last change. Time alone changes it too,
which `settle` writes.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    ErrorRecord,
    IncidentAction,
    IncidentActionRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
    IncidentState,
    utc_now,
)
from proto_ddf.db.writing import PATIENCE_SECONDS, write
from proto_ddf.errors import ValidationError
from proto_ddf.logs import get_logger
from proto_ddf.monitoring.incident_states import HOUR, state_now
from proto_ddf.monitoring.reported import ReportedError
from proto_ddf.redaction import scrub_text
from proto_ddf.submissions import seal

LONGEST_NOTE = 2000

log = get_logger(__name__)

_id, _state = col(IncidentRecord.id), col(IncidentRecord.state)
_of = col(ErrorRecord.incident_id)


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
        opened.add(incident)
        _open_episode(opened, incident, first.at)
    elif incident.resolved_at is not None:
        incident.resolved_at, incident.acknowledged_at = None, None
        incident.regressed_at = first.at
        _open_episode(opened, incident, first.at)
    incident.count += sum(each.times for each in errors)
    incident.last_seen = max(incident.last_seen, *(each.at for each in errors))
    for name in ("title", "message"):
        if getattr(incident, name) != last.columns[name]:
            setattr(incident, name, last.columns[name])
    return incident


def judge(opened: Session, incident: IncidentRecord, now: datetime) -> None:
    """Set the state of an incident after errors were added. How long it stays escalating, `settle` decides."""
    if incident.state != IncidentState.ESCALATING:
        state = state_now(opened, incident, now)
        if incident.state != state:  # to set it costs as much as to find it out
            incident.state = state


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
        incident.state = state_now(opened, incident, now)
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
            if state_now(opened, incident, at) != incident.state
        ]
    for incident_id in changed:
        try:
            _change(incident_id, lambda _opened, _incident: None, at, patience=0.0)
        except OperationalError as error:  # a full disk must not keep anybody from reading the list
            log.warning("state of an incident not written", reason=str(error.orig))


def acknowledge(incident_id: str) -> None:
    """Somebody knows of it: it is new or regressed no longer."""

    def change(opened: Session, incident: IncidentRecord) -> None:
        incident.acknowledged_at = utc_now()
        _note_action(opened, incident, IncidentAction.ACKNOWLEDGED)

    _change(incident_id, change)


def mute(incident_id: str, period: timedelta | None) -> None:
    """Mute it for that long; None: for ever."""

    def change(opened: Session, incident: IncidentRecord) -> None:
        incident.muted_for_ever = period is None
        incident.muted_until = utc_now() + period if period else None
        _note_action(opened, incident, IncidentAction.MUTED, incident.muted_until)

    _change(incident_id, change)


def unmute(incident_id: str) -> None:
    """It gets the state that it would have if it had never been muted."""

    def change(opened: Session, incident: IncidentRecord) -> None:
        _unmute(opened, incident)
        _note_action(opened, incident, IncidentAction.UNMUTED)

    _change(incident_id, change)


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


def _note_action(
    opened: Session,
    incident: IncidentRecord,
    action: IncidentAction,
    until: datetime | None = None,
) -> None:
    opened.add(IncidentActionRecord(incident_id=incident.id, action=action, until=until))


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
            incident.state = state_now(opened, incident, now or utc_now())
            seal(opened, f"/errors/{incident_id}")

    write(change_and_judge, patience=patience)
    change_events.publish(incident_id)
