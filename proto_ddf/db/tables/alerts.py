"""Alerts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id


class AlertState(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


class AlertRecord(SQLModel, table=True):
    """One time that a rule fired for a subject. No two of them are firing at a time, which the partial index ensures."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "ix_alert_firing",
            "rule",
            "subject",
            unique=True,
            sqlite_where=text("state = 'FIRING'"),
        ),
    )
    id: str = Field(default_factory=new_id, primary_key=True)
    rule: str
    """See proto_ddf.alert_settings."""
    subject: str = ""
    """What it is about: the slug of an app, a target ("source:shop"), a kind of operation, or nothing."""
    state: AlertState = AlertState.FIRING
    value: float
    """The last one that was measured."""
    threshold: float
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    last_value_at: datetime = Field(sa_type=UtcDateTime)
    """When its cause was last there."""
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    notified_state: AlertState | None = None
    """The state that was last handed to the notifications."""
