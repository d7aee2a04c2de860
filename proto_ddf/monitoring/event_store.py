"""Stores what was reported: a batch in one transaction, with the incidents, roll-ups and resolutions that follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import insert
from sqlmodel import Session, col, select

from proto_ddf.db.tables import (
    ClassRollup,
    DiscardedErrorsRecord,
    ErrorBodyRecord,
    ErrorRecord,
    IncidentRollup,
    NetworkErrorRollup,
    OutcomeRollup,
    SubjectRollup,
    utc_now,
)
from proto_ddf.db.writing import write
from proto_ddf.monitoring import incidents
from proto_ddf.monitoring.reported import NetworkError, OperationEnded, Reported, ReportedError
from proto_ddf.monitoring.rollups import SHORT, Counts, add_counts

PATIENCE_SECONDS = 0.2


@dataclass
class _Rollups:
    """The counts of one batch."""

    classes: Counts = field(
        default_factory=lambda: Counts(ClassRollup, "code", "type", "severity", "component")
    )
    incidents: Counts = field(default_factory=lambda: Counts(IncidentRollup, "incident_id"))
    subjects: Counts = field(default_factory=lambda: Counts(SubjectRollup, "subject"))
    outcomes: Counts = field(
        default_factory=lambda: Counts(OutcomeRollup, "kind", "subject", "outcome")
    )
    network: Counts = field(
        default_factory=lambda: Counts(NetworkErrorRollup, "target", "code", grains=SHORT)
    )

    def add_error(self, error: ReportedError, incident_id: str) -> None:
        said, columns = error.described, error.columns
        key = (columns["code"], said["type"], said["severity"], columns["component"])
        self.classes.add(error.at, *key, count=error.times)
        self.incidents.add(error.at, incident_id, count=error.times)
        if columns["subject"]:
            self.subjects.add(error.at, columns["subject"], count=error.times)

    def write(self, opened: Session) -> None:
        for counts in (self.classes, self.incidents, self.subjects, self.outcomes, self.network):
            counts.write(opened)


def store(batch: Sequence[Reported], discarded: Mapping[str, int] | None = None) -> list[str]:
    """Store a batch in its order, and add to the counts of discarded errors; returns the ids of the changed incidents.

    Raises:
        sqlalchemy.exc.OperationalError: the database cannot be written; nothing of the batch is stored then.
    """

    def change(opened: Session) -> list[str]:
        changed: dict[str, None] = {}
        rollups = _Rollups()
        for kind, group in groupby(batch, type):
            if kind is ReportedError:
                members = [each for each in group if isinstance(each, ReportedError)]
                changed |= dict.fromkeys(_store_errors(opened, members, rollups))
            else:
                for each in group:
                    changed |= dict.fromkeys(_store_other(opened, each, rollups))
        rollups.write(opened)
        count_discarded(opened, discarded or {})
        return list(changed)

    # The intake waits itself, without keeping its end waiting.
    return write(change, patience=PATIENCE_SECONDS)


def count_discarded(opened: Session, discarded: Mapping[str, int]) -> None:
    """Add to the counts of today. The caller commits."""
    day = utc_now().date().isoformat()
    rows = [
        {"day": day, "reason": reason, "count": count}
        for reason, count in discarded.items()
        if count
    ]
    if rows:
        add_counts(opened, DiscardedErrorsRecord, ("day", "reason"), rows)


def _store_errors(
    opened: Session,
    errors: Iterable[ReportedError],
    rollups: _Rollups,
) -> list[str]:
    by_key: dict[str, list[ReportedError]] = {}
    for error in _unknown(opened, list(errors)):
        by_key.setdefault(error.fingerprint, []).append(error)
    # All incidents are read at once and written at once, because a statement costs more than what it does.
    known = incidents.by_fingerprint(opened, by_key)
    changed = {
        key: incidents.add_errors(opened, known.get(key), members)
        for key, members in by_key.items()
    }
    opened.flush()
    rows, bodies = [], []
    for key, members in by_key.items():
        for error in members:
            rollups.add_error(error, changed[key].id)
            own = {"id": error.id, "at": error.at, "times": error.times}
            rows.append({**error.columns, **own, "incident_id": changed[key].id})
            if error.body:
                bodies.append({"error_id": error.id, "body": error.body})
    if rows:
        # By the connection, because the session would make objects of the rows first.
        opened.connection().execute(insert(ErrorRecord), rows)
        if bodies:
            opened.connection().execute(insert(ErrorBodyRecord), bodies)
    for key, members in by_key.items():
        incidents.judge(opened, changed[key], max(each.at for each in members))
    return [incident.id for incident in changed.values()]


def _unknown(opened: Session, errors: list[ReportedError]) -> list[ReportedError]:
    """Those that are not stored yet: after a crash errors of the journal are reported again, with the same ids."""
    ids = [each.id for each in errors]
    known = set(opened.exec(select(ErrorRecord.id).where(col(ErrorRecord.id).in_(ids))).all())
    return list({each.id: each for each in errors if each.id not in known}.values())


def _store_other(opened: Session, reported: Reported, rollups: _Rollups) -> Iterable[str]:
    if isinstance(reported, NetworkError):
        rollups.network.add(reported.at, reported.target, reported.code, count=reported.times)
    elif isinstance(reported, OperationEnded):
        ended = reported
        rollups.outcomes.add(
            ended.at, ended.kind, ended.subject, ended.outcome, seconds=ended.seconds
        )
        if ended.outcome == "succeeded":
            return incidents.resolve_operation(opened, ended.operation_id, ended.at)
    return ()
