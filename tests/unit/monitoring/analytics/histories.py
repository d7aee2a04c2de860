"""Random histories of errors, ended operations and changes, and how they are stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from sqlmodel import SQLModel, delete

from proto_ddf.db.tables import (
    OperationRecord,
    OperationState,
    RecoveryAttemptRecord,
    RecoveryState,
)
from proto_ddf.db.writing import write
from proto_ddf.errors.fingerprint import incident_id
from proto_ddf.monitoring.event_store import store
from proto_ddf.monitoring.reported import OperationEnded, Reported, ReportedError

_Event = TypeVar("_Event", bound="Failed | OperationEnded")

NOW = datetime(2026, 6, 15, 12, 34, 56, tzinfo=UTC)
CODES = {
    "timeout": ("timeout", "medium"),
    "disk_space_low": ("resource", "critical"),
    "build_failed": ("build", "high"),
}
KINDS = ("generate_app", "refresh_source", "start_app")
SUBJECTS = ("", "shop", "notes")
OPERATIONS = ("one", "two", "three")


@dataclass(frozen=True)
class Failed:
    """Errors of one moment."""

    at: datetime
    code: str
    incident: int
    component: str
    subject: str
    operation_id: str | None
    times: int

    @property
    def key(self) -> str:
        return f"{self.code} {self.incident}"

    @property
    def incident_id(self) -> str:
        return incident_id(self.key)

    @property
    def names(self) -> dict[str, str]:
        kind, severity = CODES[self.code]
        return {
            "type": kind,
            "code": self.code,
            "component": self.component,
            "severity": severity,
        }


@dataclass(frozen=True)
class Changed:
    """An app or a source was changed."""

    at: datetime
    subject: str
    operation_id: str


@dataclass(frozen=True)
class Attempted:
    """An attempt to repair."""

    at: datetime
    """When it ended."""
    key: str
    """Of its incident."""
    strategy: str
    state: RecoveryState


Event = Failed | OperationEnded


@dataclass(frozen=True)
class History:
    """What was stored batch by batch, and besides."""

    batches: list[list[Event]]
    changes: list[Changed] = field(default_factory=list)
    attempts: list[Attempted] = field(default_factory=list)

    def within(self, kind: type[_Event], begin: datetime) -> list[_Event]:
        """The errors, or ends of operations, since `begin`."""
        of_kind = (each for batch in self.batches for each in batch if isinstance(each, kind))
        return [each for each in of_kind if begin <= each.at <= NOW]


# Half hours, so that many are in one bucket or on its edge, and any moment.
_times = st.one_of(
    st.integers(0, 20 * 24 * 2).map(lambda n: _earlier(timedelta(minutes=30 * n))),
    st.floats(0, 72).map(lambda hours: NOW - timedelta(hours=hours)),
    st.integers(0, 14).map(lambda n: _earlier(timedelta(days=n, hours=3, minutes=20))),
)


def _earlier(by: timedelta) -> datetime:
    """So long before the last full hour."""
    return NOW.replace(minute=0, second=0, microsecond=0) - by


_failed = st.builds(
    Failed,
    at=_times,
    code=st.sampled_from(sorted(CODES)),
    incident=st.integers(0, 1),
    component=st.sampled_from(["", "disk", "database:shop"]),
    subject=st.sampled_from(SUBJECTS),
    operation_id=st.one_of(st.none(), st.sampled_from(OPERATIONS)),
    times=st.one_of(st.just(1), st.integers(1, 30)),
)
_ended = st.builds(
    OperationEnded,
    operation_id=st.sampled_from(OPERATIONS),
    kind=st.sampled_from(KINDS),
    subject=st.sampled_from(SUBJECTS),
    outcome=st.sampled_from(["succeeded", "failed"]),
    seconds=st.floats(0, 1000),
    at=_times,
)
_changes = st.lists(
    st.tuples(_times, st.sampled_from(SUBJECTS)), max_size=6, unique_by=lambda each: each[0]
).map(lambda found: [Changed(at, of, f"change-{n}") for n, (at, of) in enumerate(found)])
_attempts = st.builds(
    Attempted,
    at=_times,
    key=st.sampled_from(["timeout 0", "build_failed 1"]),
    strategy=st.sampled_from(["rebuild", "restart"]),
    state=st.sampled_from(RecoveryState),
)
histories = st.builds(
    History,
    st.lists(st.lists(st.one_of(_failed, _ended), max_size=12), max_size=10),
    _changes,
    st.lists(_attempts, max_size=12),
)


def write_history(history: History) -> None:
    """Replace all records by those of the history, written by the real store."""
    write(lambda opened: [opened.execute(delete(each)) for each in _tables()])
    for number, batch in enumerate(history.batches):
        reported = [_reported(each, f"{number}-{place}") for place, each in enumerate(batch)]
        store(reported)
        store([each for each in reported[:1] if isinstance(each, ReportedError)])  # once more
    write(
        lambda opened: opened.add_all(
            OperationRecord(
                id=each.operation_id,
                kind="regenerate_app",
                title=f"Regenerate {each.subject}",
                subject=each.subject,
                state=OperationState.SUCCEEDED,
                finished_at=each.at,
            )
            for each in history.changes
        )
    )
    write(
        lambda opened: opened.add_all(
            RecoveryAttemptRecord(
                incident_id=incident_id(each.key),
                subject=f"{number}",
                strategy=each.strategy,
                operation_id=f"attempt-{number}",
                number=1,
                state=each.state,
                started_at=each.at - timedelta(minutes=1),
                finished_at=None if each.state is RecoveryState.RUNNING else each.at,
            )
            for number, each in enumerate(history.attempts)
        )
    )


def _tables() -> Iterable[type[SQLModel]]:
    return [mapper.class_ for mapper in SQLModel._sa_registry.mappers]


def _reported(event: Event, number: str) -> Reported:
    if isinstance(event, OperationEnded):
        return event
    names = event.names
    return ReportedError(
        id=number,
        fingerprint=event.key,
        incident_id=event.incident_id,
        columns={
            "operation": "Read",
            "operation_id": event.operation_id,
            "error_type": "OSError",
            "family": "system",
            "title": f"Title of {event.key}",
            "message": "",
            "code": names["code"],
            "component": names["component"],
            "subject": event.subject,
        },
        described={"type": names["type"], "severity": names["severity"]},
        body="",
        at=event.at,
        times=event.times,
    )
