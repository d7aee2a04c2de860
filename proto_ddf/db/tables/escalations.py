"""Who is asked about an incident, the runs of Codegen, and the git repositories of apps."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now


class EscalationLevel(StrEnum):
    """From below to above."""

    NONE = "none"
    CODEGEN = "codegen"
    MANUAL = "manual"
    RESET = "reset"


class EscalationRecord(SQLModel, table=True):
    """An incident reached a level. Its escalations from before it was last resolved are over."""

    __tablename__ = "escalation"
    id: str = Field(default_factory=new_id, primary_key=True)
    incident_id: str = Field(foreign_key="incident.id", ondelete="CASCADE", index=True)
    level: EscalationLevel
    reason: str
    """For people."""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class CodegenRunState(StrEnum):
    PREPARING = "preparing"
    """Nothing was sent yet."""
    ASKING = "asking"
    """The request was sent, or is about to be: whether it arrived is not known."""
    WAITING = "waiting"
    """Codegen has accepted it."""
    DONE = "done"
    """There is a pull request."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class CodegenRunRecord(SQLModel, table=True):
    """One request to Codegen to repair an app."""

    __tablename__ = "codegen_run"
    key: str = Field(primary_key=True)
    """The id of the operation that asks. It is sent along, so that the request is recognised in Codegen's list of runs."""
    incident_id: str = Field(index=True)
    app: str
    """Its slug."""
    state: CodegenRunState = CodegenRunState.PREPARING
    branch: str
    """The branch with the app's code as it was."""
    prompt: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the request was last sent."""
    deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remote_id: int | None = None
    remote_status: str = ""
    """In the words of Codegen."""
    web_url: str = ""
    summary: str = ""
    pull_url: str = ""
    pull_title: str = ""
    pull_branch: str = ""
    pull_state: str = ""
    """open, merged or gone, as it was when it was last looked at."""
    shown: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What the fix would change, as it was last shown: a ShownFix, dumped."""
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """The last failure: see proto_ddf.errors.describe()."""
    applied_by: str | None = None
    """The operation that put the fix into the app."""
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RepositoryRecord(SQLModel, table=True):
    """The git repository of an app's code."""

    __tablename__ = "app_repository"
    app: str = Field(primary_key=True, foreign_key="app.slug", ondelete="CASCADE")
    """Its slug."""
    remote_url: str
    """Without user and password."""
    token: str = ""
    """A reference of the vault; empty for a repository that needs none."""
    repo_id: int
    """The number of the repository at Codegen."""
