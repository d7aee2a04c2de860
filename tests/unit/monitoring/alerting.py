"""A world for alerts: what happens in it is stored at the time of its own clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, select

from proto_ddf.db.engine import session
from proto_ddf.db.tables import (
    AlertRecord,
    AlertState,
    AppRecord,
    AppState,
    ErrorRecord,
    IncidentRecord,
    OperationRecord,
    OperationState,
    OutcomeRollup,
)
from proto_ddf.db.tables.columns import new_id
from proto_ddf.db.writing import write
from proto_ddf.errors import CATALOGUE
from proto_ddf.monitoring.alerts import Alerts
from proto_ddf.monitoring.alerts.probes import Probed
from proto_ddf.monitoring.event_store import store
from proto_ddf.monitoring.network_counts import RecentCount
from proto_ddf.monitoring.reported import OperationEnded, ReportedError

START = datetime(2026, 11, 30, tzinfo=UTC)
PLENTY = 10**10
WINDOW = 300
EVERY = timedelta(seconds=15)
"""Between two evaluations. The server looks more often; a test need not."""


@dataclass
class World:
    now: datetime = START
    free_bytes: int = PLENTY
    open_since: dict[str, datetime] = field(default_factory=dict)
    network: dict[str, RecentCount] = field(default_factory=dict)
    changes: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Time of day, rule, subject and state of all changes so far."""

    def probe(self) -> Probed:
        at = self.now.timestamp()
        counts = {name: count.total(at, WINDOW) for name, count in self.network.items()}
        return Probed(
            open_seconds={
                name: (self.now - since).total_seconds() for name, since in self.open_since.items()
            },
            network_errors={name: count for name, count in counts.items() if count},
            network_threshold=10,
            free_bytes=self.free_bytes,
        )

    def clock(self) -> datetime:
        return self.now

    def evaluate(self) -> None:
        """By new `Alerts`, as after a restart."""
        for change in Alerts(self.clock, self.probe).evaluate():
            time = self.now.strftime("%H:%M:%S")
            self.changes.append((time, change.rule, change.subject, change.state))

    def pass_until(self, time: datetime, every: timedelta = EVERY) -> None:
        """Evaluate regularly until then."""
        while self.now < time:
            self.now = min(time, self.now + every)
            self.evaluate()

    def take_changes(self) -> list[tuple[str, str, str, str]]:
        found, self.changes = self.changes, []
        return found

    def errors(
        self, count: int, code: str = "unknown", subject: str = "", operation_id: str | None = None
    ) -> None:
        """So many errors happen now, of too many causes for any to escalate."""
        store(
            [self._error(code, subject, operation_id, cause=number // 4) for number in range(count)]
        )

    def network_errors(self, target: str, count: int) -> None:
        self.network.setdefault(target, RecentCount()).add(self.now.timestamp(), count, WINDOW)

    def crashes(self, slug: str, count: int, state: AppState = AppState.RESTARTING) -> None:
        """The app has crashed so many times in a row."""

        def change(opened: Session) -> None:
            record = opened.get(AppRecord, slug) or AppRecord(slug=slug, name=slug.title())
            record.crashes, record.state = count, state
            opened.add(record)

        write(change)

    def runs(
        self, kind: str, outcome: str, count: int = 1, seconds: float = 1.0, subject: str = "shop"
    ) -> None:
        """So many operations ended now; those that failed each with an error."""
        succeeded = outcome == "succeeded"
        ids = [new_id() for _ in range(count)]

        def change(opened: Session) -> None:
            state = OperationState.SUCCEEDED if succeeded else OperationState.FAILED
            opened.add_all(
                OperationRecord(
                    id=each,
                    kind=kind,
                    title=kind,
                    subject=subject,
                    state=state,
                    finished_at=self.now,
                )
                for each in ids
            )

        write(change)
        store(
            [OperationEnded(each, kind, subject, outcome, seconds, self.now) for each in ids]
            + [self._error("build_failed", subject, each) for each in ids if not succeeded]
        )

    def _error(
        self, code: str, subject: str, operation_id: str | None, cause: int = 0
    ) -> ReportedError:
        known = CATALOGUE[code]
        columns: dict[str, Any] = {
            "operation": "Test",
            "operation_id": operation_id,
            "user_id": "anonymous",
            "subject": subject,
            "component": "",
            "error_type": "Test",
            "code": code,
            "family": known.family,
            "title": known.title,
            "message": code,
            "hint": "",
            "field": None,
            "retry_possible": False,
        }
        return ReportedError(
            id=new_id(),
            fingerprint=f"{code} {cause}",
            incident_id=f"{code} {cause}",
            columns=columns,
            described={"type": known.type, "severity": known.severity},
            body="",
            at=self.now,
        )


def firing() -> list[tuple[str, str]]:
    with session() as opened:
        query = select(AlertRecord).where(AlertRecord.state == AlertState.FIRING)
        return [(each.rule, each.subject) for each in opened.exec(query).all()]


def forget_everything() -> None:
    """Empty the tables that alerts are made from."""
    tables = (AlertRecord, AppRecord, ErrorRecord, IncidentRecord, OperationRecord, OutcomeRollup)

    def change(opened: Session) -> None:
        for table in tables:
            opened.execute(delete(table))

    write(change)
