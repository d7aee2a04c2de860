"""Attempts to repair what failed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now


class RecoveryState(StrEnum):
    RUNNING = "running"
    VERIFIED = "verified"
    """It helped: its check has shown so."""
    FAILED = "failed"
    SUPERSEDED = "superseded"
    """A person cancelled it, or tried the failed operation again or cancelled it."""


class RecoveryAttemptRecord(SQLModel, table=True):
    """One attempt. At most one of a subject runs at a time, which the partial index ensures."""

    __tablename__ = "recovery_attempt"
    __table_args__ = (
        Index(
            "ix_recovery_attempt_running",
            "subject",
            unique=True,
            sqlite_where=text("state = 'RUNNING'"),
        ),
        Index("ix_recovery_attempt_incident", "incident_id", "started_at"),
    )
    id: str = Field(default_factory=new_id, primary_key=True)
    incident_id: str
    subject: str
    """Slug of the app or id of the source that is repaired."""
    strategy: str
    operation_id: str = Field(unique=True)
    """The operation that repairs."""
    original_operation_id: str | None = Field(default=None, index=True)
    """The operation that failed; None if an app failed while it ran."""
    number: int
    """Of the attempts for this incident and subject, from 1."""
    state: RecoveryState = RecoveryState.RUNNING
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
