"""Operations as pages show them: plain values."""

from typing import Any

from pydantic import BaseModel


class StepView(BaseModel):
    """One step. Times are ISO 8601 with zone; durations are seconds."""

    name: str
    title: str
    state: str
    """pending, running, succeeded, failed or cancelled."""
    message: str = ""
    runs: int = 0
    """How often the step was started."""
    attempt: int = 0
    attempts: int = 0
    """Attempt `attempt` of `attempts` failed, and a retry waits or runs; both are 0 when no attempt failed."""
    wait_seconds: float = 0.0
    """Until the next attempt."""
    error: dict[str, Any] | None = None
    """See proto_ddf.errors.describe()."""
    started_at: str | None = None
    """Start of the last run."""
    finished_at: str | None = None
    duration_seconds: float | None = None
    log_tail: list[str] = []
    """The last 20 lines, oldest first; empty in lists of operations."""


class OperationView(BaseModel):
    """One operation with its steps."""

    id: str
    kind: str
    title: str
    subject: str
    state: str
    """pending, running, succeeded, failed or cancelled. Cancelled without `finished_at`: its clean-up runs."""
    user_id: str = "anonymous"
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    duration_seconds: float | None = None
    can_retry: bool = False
    can_cancel: bool = False
    error: dict[str, Any] | None = None
    """The error of the failed step."""
    steps: list[StepView] = []
    output: dict[str, Any] = {}
    """Outputs of the finished steps by step name."""
