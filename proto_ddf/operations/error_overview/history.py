"""The history of one incident: what happened, and what people and Proto-DDF did about it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from pydantic import BaseModel
from sqlmodel import Session, col, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    DeliveryRecord,
    DeliveryState,
    ErrorRecord,
    IncidentAction,
    IncidentActionRecord,
    IncidentEpisodeRecord,
    IncidentRecord,
)
from proto_ddf.operations.escalation.codegen.views import runs_of
from proto_ddf.operations.escalation.views import escalations_of
from proto_ddf.operations.recovery.views import attempts_for

MOST = 50
"""Entries that are shown, and records of each kind that are read."""
_TOLD = {
    DeliveryState.SENT: "Notification sent by {channel}",
    DeliveryState.MAY_HAVE_ARRIVED: "Notification by {channel} may have arrived",
    DeliveryState.FAILED: "Notification by {channel} failed for good",
}
_ENDED = {
    "verified": "It helped",
    "failed": "It did not help",
    "superseded": "It was stopped",
}


class HistoryEntry(BaseModel):
    """One event, or errors that came without another event between them."""

    at: str
    """ISO 8601 with zone."""
    kind: str
    """opened, errors, regressed, resolved, acknowledged, muted, unmuted, note, repair, escalation, notification or
    pull_request."""
    title: str
    text: str = ""
    href: str = ""


class History(BaseModel):
    events: list[HistoryEntry] = []
    """The newest first."""
    is_cut: bool = False
    """There are older ones."""


def history_of(incident_id: str) -> History:
    """Empty if there is no such incident. Events whose records were removed with age are not in it."""
    with session() as opened:
        incident = opened.get(IncidentRecord, incident_id)
        if incident is None:
            return History()
        found = [
            *_errors(opened, incident_id),  # before the beginning, which is the time of the first
            *_episodes(opened, incident_id),
            *_notes(incident),
            *_actions(opened, incident_id),
            *_deliveries(opened, incident_id),
        ]
    found += [*_repairs(incident_id), *_escalations(incident_id), *_codegen(incident_id)]
    found.sort(key=lambda entry: datetime.fromisoformat(entry.at), reverse=True)
    return History(events=list(_errors_together(found))[:MOST], is_cut=len(found) > MOST)


def _notes(incident: IncidentRecord) -> Iterator[HistoryEntry]:
    for note in incident.notes:
        yield HistoryEntry(at=note["at"], kind="note", title="Note", text=note["text"])


def _actions(opened: Session, incident_id: str) -> Iterator[HistoryEntry]:
    newest = (
        select(IncidentActionRecord)
        .where(IncidentActionRecord.incident_id == incident_id)
        .order_by(col(IncidentActionRecord.at).desc())
        .limit(MOST)
    )
    for action in opened.exec(newest).all():
        until = f"Until {action.until:%Y-%m-%d %H:%M} UTC" if action.until else "For ever"
        text = until if action.action is IncidentAction.MUTED else ""
        yield _entry(action.at, action.action.value, action.action.value.capitalize(), text)


def _episodes(opened: Session, incident_id: str) -> Iterator[HistoryEntry]:
    newest = (
        select(IncidentEpisodeRecord)
        .where(IncidentEpisodeRecord.incident_id == incident_id)
        .order_by(col(IncidentEpisodeRecord.opened_at).desc())
        .limit(MOST + 1)
    )
    episodes = opened.exec(newest).all()
    for number, episode in enumerate(episodes):
        is_first = number == len(episodes) - 1 and len(episodes) <= MOST
        first, again = ("opened", "It began"), ("regressed", "It came back")
        yield _entry(episode.opened_at, *(first if is_first else again))
        if episode.resolved_at:
            yield _entry(episode.resolved_at, "resolved", "Resolved")


def _errors(opened: Session, incident_id: str) -> Iterator[HistoryEntry]:
    newest = (
        select(ErrorRecord)
        .where(ErrorRecord.incident_id == incident_id)
        .order_by(col(ErrorRecord.at).desc())
        .limit(MOST)
    )
    for error in opened.exec(newest).all():
        yield _entry(error.at, "errors", "Error", f"{error.operation}: {error.message}")


def _deliveries(opened: Session, incident_id: str) -> Iterator[HistoryEntry]:
    newest = (
        select(DeliveryRecord)
        .where(
            DeliveryRecord.incident_id == incident_id,
            col(DeliveryRecord.ended_at).is_not(None),
        )
        .order_by(col(DeliveryRecord.ended_at).desc())
        .limit(MOST)
    )
    for delivery in opened.exec(newest).all():
        if delivery.state in _TOLD and delivery.ended_at:
            title = _TOLD[delivery.state].format(channel=delivery.channel_name)
            text = delivery.error or delivery.title
            yield _entry(delivery.ended_at, "notification", title, text)


def _repairs(incident_id: str) -> Iterator[HistoryEntry]:
    for attempt in attempts_for(incident_id):
        href = f"/operations/{attempt.operation_id}"
        title = f"{attempt.title} (attempt {attempt.number} of {attempt.total})"
        if attempt.by_person:
            title = f"{attempt.title} (started by a person)"
        yield HistoryEntry(at=attempt.started_at, kind="repair", title=title, href=href)
        if attempt.finished_at:
            ended = f"{_ENDED.get(attempt.state, 'It ended')}: {attempt.title}"
            yield HistoryEntry(
                at=attempt.finished_at, kind="repair", title=ended, text=attempt.outcome, href=href
            )


def _escalations(incident_id: str) -> Iterator[HistoryEntry]:
    for step in escalations_of(incident_id)[:MOST]:
        title = f"Escalated to {step.who}"
        yield HistoryEntry(at=step.at, kind="escalation", title=title, text=step.reason)


def _codegen(incident_id: str) -> Iterator[HistoryEntry]:
    for run in runs_of(incident_id)[:MOST]:
        yield HistoryEntry(
            at=run.created_at,
            kind="pull_request",
            title=f"Codegen was asked to repair {run.app_name}",
            text=run.pull_title or run.error,
            href=f"/operations/{run.key}",
        )
        if run.applied_at:
            title = f"The fix of Codegen was applied to {run.app_name}"
            yield HistoryEntry(
                at=run.applied_at, kind="pull_request", title=title, text=run.pull_title
            )


def _errors_together(found: Sequence[HistoryEntry]) -> Iterable[HistoryEntry]:
    """Errors that follow each other as one entry, with the text of the newest."""
    for kind, group in groupby(found, key=lambda entry: entry.kind):
        entries = list(group)
        if kind != "errors" or len(entries) == 1:
            yield from entries
        else:
            yield entries[0].model_copy(update={"title": f"{len(entries)} errors"})


def _entry(at: datetime, kind: str, title: str, text: str = "", href: str = "") -> HistoryEntry:
    return HistoryEntry(at=at.isoformat(), kind=kind, title=title, text=text, href=href)
