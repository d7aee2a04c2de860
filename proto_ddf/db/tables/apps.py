"""Generated apps and their ports."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, utc_now


class AppState(StrEnum):
    CREATING = "creating"
    STARTING = "starting"
    RUNNING = "running"
    DEGRADED = "degraded"
    """The process runs, but its port or page does not answer."""
    STOPPED = "stopped"
    RESTARTING = "restarting"
    """It crashed and waits for its restart."""
    FAILED = "failed"
    """It crashed too often, or its generation failed."""


class AppRecord(SQLModel, table=True):
    __tablename__ = "app"
    slug: str = Field(primary_key=True)
    name: str
    description: str = ""
    source_id: str | None = Field(default=None, index=True)
    spec: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The app's plan: an AppSpec, dumped."""
    source_schema: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    """A SourceSchema, dumped: that of its source when the app was generated, with only the columns of its tables."""
    source_changes: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    """SchemaChanges, dumped: what changed since then, as far as it concerns the app; empty if nothing did."""
    state: AppState = AppState.CREATING
    wanted_running: bool = False
    """Whether the app should run. After a restart of the server, such an app is started again."""
    frontend_port: int | None = None
    backend_port: int | None = None
    pid: int | None = None
    pid_create_time: float | None = None
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    crashes: int = 0
    next_restart_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    health: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """{"process": bool, "port": bool, "http": bool, "checked_at": iso}"""
    last_error: str = ""
    operation_id: str | None = None
    """The operation that generated it."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class PortReservation(SQLModel, table=True):
    __tablename__ = "port_reservation"
    name: str = Field(primary_key=True)
    frontend: int = Field(unique=True)
    backend: int = Field(unique=True)
