"""Operations, their steps and the logs of these."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now


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
