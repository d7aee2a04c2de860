"""Roll-ups: counts by the hour and by the day, from which rates and trends are computed without reading each error.

Each has keys of its own, because one table with all of them would have almost as many rows as there are errors.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime


class Rollup(SQLModel):
    grain: str = Field(primary_key=True)
    """minute, hour or day."""
    bucket: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    """When the minute, hour or day begins, UTC."""
    count: int = 0


class ClassRollup(Rollup, table=True):
    """Errors by their class."""

    __tablename__ = "rollup_class"
    code: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    severity: str = Field(primary_key=True)
    component: str = Field(primary_key=True)


class IncidentRollup(Rollup, table=True):
    """Errors by incident."""

    __tablename__ = "rollup_incident"
    incident_id: str = Field(primary_key=True)


class SubjectRollup(Rollup, table=True):
    """Errors by the app or source that they concern."""

    __tablename__ = "rollup_subject"
    subject: str = Field(primary_key=True)


class OutcomeRollup(Rollup, table=True):
    """Ended runs of operations."""

    __tablename__ = "rollup_outcome"
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    """succeeded or failed."""
    seconds: float = 0.0
    """All their durations together."""


class NetworkErrorRollup(Rollup, table=True):
    """Attempts to call an external system that failed by a network error, also those that a retry made good."""

    __tablename__ = "rollup_network_error"
    target: str = Field(primary_key=True)
    """system:name of its policy."""
    code: str = Field(primary_key=True)
