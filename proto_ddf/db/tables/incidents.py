"""Incidents, their errors, and what was not kept of these."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now


class IncidentState(StrEnum):
    NEW = "new"
    ONGOING = "ongoing"
    ESCALATING = "escalating"
    REGRESSED = "regressed"
    RESOLVED = "resolved"
    MUTED = "muted"


class IncidentRecord(SQLModel, table=True):
    """Errors with one fingerprint. `proto_ddf.monitoring.incident_states` has the rules of its state."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_state", "state", "last_seen"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    fingerprint: str = Field(unique=True)
    code: str
    type: str
    severity: str
    component: str = ""
    """The part of Proto-DDF or the external system that failed."""
    title: str
    message: str
    """Of the last error."""
    state: IncidentState = IncidentState.NEW
    first_seen: datetime = Field(sa_type=UtcDateTime)
    last_seen: datetime = Field(sa_type=UtcDateTime)
    count: int = 0
    """Of all errors that ever belonged to it, also those that were removed since."""
    handled_count: int = 0
    """How many of them the error handling has dealt with."""
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    regressed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The last time that an error came after it was resolved."""
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """None again after the next error."""
    muted_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    muted_for_ever: bool = False
    notes: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    """Oldest first: `at` (ISO 8601 with zone) and `text`."""


class ErrorRecord(SQLModel, table=True):
    __tablename__ = "error"
    __table_args__ = (Index("ix_error_incident", "incident_id", "at"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    operation: str
    """What was being done, for people."""
    operation_id: str | None = Field(default=None, index=True)
    user_id: str = "anonymous"
    error_type: str
    code: str
    family: str
    title: str
    message: str
    hint: str = ""
    field: str | None = None
    retry_possible: bool = False
    subject: str = ""
    """The slug of the app or the id of the source that it concerns."""
    component: str = ""
    times: int = 1
    """How many equal errors it stands for: those of one moment and one operation may be stored once."""
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set when Try Again succeeded, or its incident was resolved by hand."""
    incident_id: str | None = None


class ErrorBodyRecord(SQLModel, table=True):
    """What is large of an error: the rest of its description, packed by `proto_ddf.monitoring.bodies`."""

    __tablename__ = "error_body"
    error_id: str = Field(
        sa_column=Column(ForeignKey("error.id", ondelete="CASCADE"), primary_key=True)
    )
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class IncidentEpisodeRecord(SQLModel, table=True):
    """One time that an incident lasted: from its first error until it was resolved."""

    __tablename__ = "incident_episode"
    __table_args__ = (Index("ix_incident_episode", "incident_id", "opened_at"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: str
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IncidentAction(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    UNMUTED = "unmuted"


class IncidentActionRecord(SQLModel, table=True):
    """What a person did with an incident. Notes are in the incident, and when it was resolved is in its episodes."""

    __tablename__ = "incident_action"
    __table_args__ = (Index("ix_incident_action", "incident_id", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: str = Field(foreign_key="incident.id", ondelete="CASCADE")
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    action: IncidentAction
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """How long it is muted; None for ever."""


class DiscardedErrorsRecord(SQLModel, table=True):
    """How many errors of a day were not stored or were removed, by reason."""

    __tablename__ = "discarded_errors"
    day: str = Field(primary_key=True)
    """ISO 8601, UTC."""
    reason: str = Field(primary_key=True)
    count: int = 0
