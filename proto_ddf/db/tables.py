"""Proto-DDF's own records. Changes need a migration in `proto_ddf/db/migrations`."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Column, DateTime, Index, TypeDecorator
from sqlmodel import Field, SQLModel


def new_id() -> str:
    """A short random identifier, safe in URLs."""
    return uuid4().hex[:12]


def utc_now() -> datetime:
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on databases that drop the zone, as SQLite does."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class OperationState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


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


class IncidentState(StrEnum):
    NEW = "new"
    ONGOING = "ongoing"
    ESCALATING = "escalating"
    REGRESSED = "regressed"
    RESOLVED = "resolved"
    MUTED = "muted"


class SourceRecord(SQLModel, table=True):
    __tablename__ = "source"
    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    kind: str
    config: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    table_schema: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    """A SourceSchema, dumped."""
    schema_changes: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    """FoundChanges of the last refresh that found any, dumped; empty before that."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class SecretRecord(SQLModel, table=True):
    __tablename__ = "secret"
    id: str = Field(primary_key=True)
    token: str
    """The secret, encrypted: see proto_ddf.vault."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


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


class OperationRecord(SQLModel, table=True):
    __tablename__ = "operation"
    id: str = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(index=True)
    title: str
    """For people: "Generate Sample shop"."""
    subject: str = Field(default="", index=True)
    """The slug or source id that it concerns."""
    user_id: str = "anonymous"
    input: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: OperationState = Field(default=OperationState.PENDING, index=True)
    run: int = 1
    """Number of its current run. Writes of earlier runs are refused."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StepRecord(SQLModel, table=True):
    __tablename__ = "operation_step"
    operation_id: str = Field(primary_key=True, foreign_key="operation.id", ondelete="CASCADE")
    position: int = Field(primary_key=True)
    name: str
    title: str
    state: StepState = StepState.PENDING
    message: str = ""
    """What it is doing now, or its result."""
    runs: int = 0
    """How often it was started (Try Again, restarts)."""
    attempt: int = 0
    attempts: int = 0
    wait_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """A retry waits until then."""
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """See proto_ddf.errors.describe()."""
    output: Any = Field(default=None, sa_column=Column(JSON))
    """The value that it returned when it succeeded."""
    interim_output: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """The value that it returned for later steps alone, until the operation is over."""
    child_pid: int | None = None
    child_create_time: float | None = None
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StepLogRecord(SQLModel, table=True):
    __tablename__ = "operation_log"
    __table_args__ = (Index("ix_operation_log_step", "operation_id", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    operation_id: str = Field(foreign_key="operation.id", ondelete="CASCADE")
    position: int
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    line: str


class IncidentRecord(SQLModel, table=True):
    """Errors with one fingerprint. `proto_ddf.monitoring.incidents` has the rules of its state."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_state", "state", "last_seen"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    fingerprint: str = Field(unique=True)
    code: str
    type: str
    severity: str
    title: str
    message: str
    """Of the last error."""
    state: IncidentState = IncidentState.NEW
    first_seen: datetime = Field(sa_type=UtcDateTime)
    last_seen: datetime = Field(sa_type=UtcDateTime)
    count: int = 0
    """Of all errors that ever belonged to it, also those that were removed since."""
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
    context: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set when Try Again succeeded, or its incident was resolved by hand."""
    incident_id: str | None = None
